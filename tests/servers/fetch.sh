# shellcheck shell=bash
# fetch.sh: the servers and clients as Debian packages, unpacked and not
# installed: no maintainer script runs, no user is made, no service starts.
# What the machine has already is not fetched; apt-get's simulation says what is
# missing. They lie below $SMTPSH_SERVERS, in root/.

: "${SMTPSH_SERVERS:=${XDG_CACHE_HOME:-$HOME/.cache}/smtpsh/servers}"

# Postfix and Exim exclude each other, hence two wishes.
fetch_wishes=(
	"postfix sasl2-bin libsasl2-modules"
	"exim4-daemon-heavy dovecot-lmtpd dovecot-submissiond nsd unbound
	 ldnsutils microsocks tinyproxy-bin bats swaks msmtp curl gsasl
	 python3 openssl libnet-ssleay-perl"
	"slurm-wlm munge parallel"
)

# fetch_missing: NAME=VERSION of each package that the wishes lack here.
fetch_missing() {
	local wish out
	for wish in "${fetch_wishes[@]}"; do
		# shellcheck disable=SC2086
		out=$(apt-get -s install --no-install-recommends $wish) ||
			return 1
		sed -nE 's/^Inst ([^ ]+) (\[[^]]*\] )?\(([^ ]+) .*/\1=\3/p' \
			<<<"$out"
	done | sort -u
}

# fetch_unpack FOLDER: every package of the list into it, merged into usr/.
fetch_unpack() {
	local deb d
	for deb in "$SMTPSH_SERVERS"/debs/*.deb; do
		dpkg -x "$deb" "$1" || return 1
	done
	for d in bin sbin lib; do
		if [ -d "$1/$d" ] && [ ! -L "$1/$d" ]; then
			mkdir -p "$1/usr/$d"
			cp -a "$1/$d/." "$1/usr/$d/" && rm -r "${1:?}/$d"
		fi
	done
	mkdir -p "$1/usr" "$1/etc"
}

fetch_try() {
	local list
	list=$(fetch_missing) || return 1
	rm -rf "$SMTPSH_SERVERS/debs" "$SMTPSH_SERVERS/root.new"
	mkdir -p "$SMTPSH_SERVERS/debs" "$SMTPSH_SERVERS/root.new"
	if [ -n "$list" ]; then
		# shellcheck disable=SC2086
		(cd "$SMTPSH_SERVERS/debs" &&
			apt-get -qq download -o APT::Sandbox::User=root $list) ||
			return 1
		fetch_unpack "$SMTPSH_SERVERS/root.new" || return 1
	fi
	rm -rf "$SMTPSH_SERVERS/root" "$SMTPSH_SERVERS/debs"
	mv "$SMTPSH_SERVERS/root.new" "$SMTPSH_SERVERS/root"
	printf '%s\n' "${fetch_wishes[*]}" "$list" >"$SMTPSH_SERVERS/list"
}

# fetch_all: makes root/ if it is not there, or older than what is installed.
fetch_all() {
	local first
	if [ "$SMTPSH_SERVERS/list" -nt /var/lib/dpkg/status ]; then
		first=$(head -n "$(wc -l <<<"${fetch_wishes[*]}")" \
			"$SMTPSH_SERVERS/list")
		[ "$first" = "${fetch_wishes[*]}" ] && return 0
	fi
	fetch_try || { apt-get -qq update && fetch_try; }
}
