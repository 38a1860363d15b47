# shellcheck shell=bash
# dns.sh: signed zones on nsd, and unbound before it as the resolver at
# $RESOLVER; the trust anchor is $ANCHORS. TLSA records stand for Postfix's
# port, so it is started first. Postfix is mail.*.example; at 127.0.0.2 is
# nobody, and nobody is told the TLSA records of mail.lame.example.

dns_conf() {
	local port zone
	DNS_PORT=$(free_port) port=$(free_port)
	RESOLVER=127.0.0.1:$port ANCHORS=$T/dns/anchors
	export RESOLVER ANCHORS
	rm -rf "$T/dns"
	mkdir -p "$T/dns" /var/lib/nsd
	dns_zones >"$T/log/zones" 2>&1
	{
		printf '%s\n' server: "ip-address: 127.0.0.1" \
			"port: $DNS_PORT" 'username: ""' 'chroot: ""' \
			"zonesdir: $T/dns" "pidfile: $T/dns/nsd.pid" \
			"xfrdfile: $T/dns/xfrd" "zonelistfile: $T/dns/list" \
			'rrl-ratelimit: 0' 'server-count: 1' \
			remote-control: 'control-enable: no'
		for zone in example bogus.example insecure.example; do
			printf '%s\n' zone: "name: $zone" "zonefile: $zone"
		done
	} >"$T/dns/nsd.conf"
	printf '%s\n' server: "interface: 127.0.0.1@$port" 'username: ""' \
		'chroot: ""' "directory: $T/dns" 'pidfile: ""' \
		'do-not-query-localhost: no' 'use-syslog: no' \
		"trust-anchor-file: $ANCHORS" 'num-threads: 1' \
		'local-zone: "_tcp.mail.lame.example." always_refuse' \
		remote-control: 'control-enable: no' stub-zone: \
		'name: example' "stub-addr: 127.0.0.1@$DNS_PORT" \
		forward-zone: 'name: .' 'forward-addr: 127.0.0.2@9' \
		>"$T/dns/unbound.conf"
}

dns_run() {
	nsd -d -c "$T/dns/nsd.conf" &
	exec unbound -d -c "$T/dns/unbound.conf"
}

dns_up() {
	local answer
	answer=$(drill -p "${RESOLVER#*:}" @127.0.0.1 example SOA 2>&1) &&
		[[ $answer == *NOERROR*hostmaster* ]]
}

# dns_head ZONE: what a zone begins with.
dns_head() {
	echo "\$ORIGIN $1."
	echo "\$TTL 60"
	echo "@ SOA ns.example. hostmaster.example. 1 3600 600 86400 5"
	echo "@ NS ns.example."
}

# dns_host NAME [TLSA]: a mail host at Postfix's address.
dns_host() {
	echo "$1 MX 10 mail.$1"
	echo "mail.$1 A 127.0.0.1"
	[ $# = 1 ] || echo "_${POSTFIX#*:}._tcp.mail.$1 TLSA $2"
}

# shellcheck disable=SC2094 # the names of zones are those of their files
dns_zones() {
	local key issuer none
	cd "$T/dns" || return 1
	key=$(openssl x509 -in "$T/certs/server.pem" -noout -pubkey |
		openssl pkey -pubin -outform DER | sha256sum)
	issuer=$(openssl x509 -in "$T/certs/ca.pem" -outform DER | sha256sum)
	none=$(sha256sum </dev/null)
	{
		dns_head bogus.example
		dns_host bogus.example. "3 1 1 ${key%% *}"
	} >bogus.example
	{
		dns_head insecure.example
		dns_host insecure.example. "3 1 1 ${none%% *}"
	} >insecure.example
	{
		dns_head example
		cat <<-'E'
			ns A 127.0.0.1
			two MX 20 mail.plain
			two MX 10 dead
			dead A 127.0.0.2
			null MX 0 .
			nomx A 127.0.0.1
			nobody MX 10 nosuch
			xn--bcher-kva MX 10 mail.plain
			alias MX 10 also.alias
			also.alias CNAME mail.plain
			local MX 10 localhost.
			private MX 10 inside
			inside A 10.99.99.1
			dangling MX 5 nosuch
			dangling MX 10 mail.plain
			literal MX 10 127.0.0.1.
			insecure NS ns
			bogus NS ns
		E
		dns_host plain
		dns_host lame "3 1 1 ${key%% *}"
		dns_host dane "3 1 1 ${key%% *}"
		dns_host ta "2 0 1 ${issuer%% *}"
		dns_host liar "3 1 1 ${none%% *}"
		dns_host pkix "1 1 1 ${none%% *}"
	} >example
	dns_sign bogus.example 20210101000000 >>example
	dns_sign example 20450101000000 >anchors
}

# dns_sign ZONE UNTIL: signs the file of that name; prints its DS.
dns_sign() {
	local key
	key=$(ldns-keygen -r /dev/urandom -a ECDSAP256SHA256 -k "$1")
	ldns-signzone -f "$1.signed" -i 20200101000000 -e "$2" "$1" "$key"
	mv "$1.signed" "$1"
	cat "$key.ds"
}
