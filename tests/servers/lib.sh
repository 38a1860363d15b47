# shellcheck shell=bash
# lib.sh: what every server's script and every test needs: free ports, waiting
# for a greeting, the certificates. Sourced; $T is the folder of the run.

# free_port: a port of the loopback that nobody listens on now.
free_port() {
	perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0);
		bind(S, sockaddr_in(0, INADDR_LOOPBACK)) or die;
		print((sockaddr_in(getsockname(S)))[0]);'
}

# until_true SECONDS COMMAND...: 1 if it is still false when the time is over.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

greets() {
	local line=
	{
		exec 3<>"/dev/tcp/127.0.0.1/$1" &&
			IFS= read -r -t 5 -u 3 line && printf 'QUIT\r\n' >&3
		exec 3>&-
	} 2>/dev/null
	[[ $line == 220* ]]
}

# server_start NAME: NAME_conf chooses free ports and writes what the server
# reads, NAME_run becomes the server, NAME_up says whether it answers. A port
# that another has taken in the meantime is a reason to try twice more.
server_start() {
	local server_pid try
	for try in 1 2 3; do
		"$1_conf"
		"$1_run" >"$T/log/$1" 2>&1 </dev/null &
		server_pid=$!
		if until_true 20 server_settled "$1" "$server_pid" &&
			"$1_up"; then
			return 0
		fi
		kill "$server_pid" 2>/dev/null || :
		wait "$server_pid" 2>/dev/null || :
	done
	echo "$1 did not start ($try tries):" >&2
	tail -n 30 "$T/log/$1" >&2
	return 1
}

server_settled() { ! kill -0 "$2" 2>/dev/null || "$1_up"; }

# user NAME UID HOME: in the namespace's own /etc only.
user() {
	grep -q "^$1:" /etc/passwd || echo "$1:x:$2:$2::$3:/bin/sh" >>/etc/passwd
	grep -q "^$1:" /etc/group || echo "$1:x:$2:" >>/etc/group
}

# certificate NAME SUBJECT UNTIL EXTENSIONS: NAME.pem and NAME.key, signed by the
# authority.
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "$2" -keyout "$1.key" -out "$1.csr"
	printf 'basicConstraints=CA:FALSE\n%s\n' "$4" >"$1.ext"
	openssl ca -batch -config ca.conf -notext -in "$1.csr" -out "$1.pem" \
		-startdate 20200101000000Z -enddate "$3" -extfile "$1.ext"
}

# certificates: an authority, what servers and clients show, and in the files
# of $BAD_CERTIFICATES what nobody should believe; all in $T/certs.
export BAD_CERTIFICATES="expired self other cnonly client"

certificates() {
	local new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
	local here=subjectAltName=DNS:mail.beta.arpa,DNS:localhost
	here+=,DNS:mail.ta.example,DNS:mail.plain.example,IP:127.0.0.1
	local server=extendedKeyUsage=serverAuth
	local past=20210101000000Z future=20491231000000Z
	mkdir -p "$T/certs"
	(
		cd "$T/certs" || exit
		# shellcheck disable=SC2086
		openssl req -x509 $new -days 30 -subj "/CN=smtpsh tests" \
			-addext keyUsage=critical,keyCertSign,cRLSign \
			-keyout ca.key -out ca.pem
		# shellcheck disable=SC2086
		openssl req -x509 $new -days 30 -subj /CN=mail.beta.arpa \
			-addext "$here" -keyout self.key -out self.pem
		printf '%s\n' '[ca]' 'default_ca = here' '[here]' \
			'database = index' 'new_certs_dir = .' \
			'certificate = ca.pem' 'private_key = ca.key' \
			'rand_serial = yes' 'unique_subject = no' \
			'default_md = sha256' 'policy = names' '[names]' \
			'commonName = supplied' >ca.conf
		: >index
		certificate server /CN=mail.beta.arpa "$future" "$server
$here"
		certificate expired /CN=mail.beta.arpa "$past" "$server
$here"
		certificate other /CN=mail.beta.arpa "$future" "$server
subjectAltName=DNS:mail.gamma.arpa"
		certificate cnonly /CN=mail.beta.arpa "$future" "$server"
		certificate client /CN=smith "$future" "extendedKeyUsage=clientAuth
$here"
		cat server.pem ca.pem >chain.pem
		chmod 644 ./*
		for name in server $BAD_CERTIFICATES; do
			[ -s "$name.pem" ] || exit 1
		done
	) >"$T/log/certificates" 2>&1 || {
		echo "the certificates could not be made:" >&2
		tail -n 20 "$T/log/certificates" >&2
		return 1
	}
}
