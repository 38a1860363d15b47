# shellcheck shell=bash
# proxies.sh: microsocks at $SOCKS, and for smith with a password at
# $SOCKS_AUTH; tinyproxy, for HTTP CONNECT, at $CONNECT.

proxies_conf() {
	SOCKS=127.0.0.1:$(free_port) SOCKS_AUTH=127.0.0.1:$(free_port)
	CONNECT=127.0.0.1:$(free_port)
	export SOCKS SOCKS_AUTH CONNECT
	printf '%s\n' "Port ${CONNECT#*:}" 'Listen 127.0.0.1' 'Timeout 60' \
		'MaxClients 20' 'LogLevel Warning' >"$T/tinyproxy.conf"
}

proxies_run() {
	microsocks -i 127.0.0.1 -p "${SOCKS#*:}" &
	microsocks -i 127.0.0.1 -p "${SOCKS_AUTH#*:}" -u smith -P sesame &
	exec tinyproxy -d -c "$T/tinyproxy.conf"
}

proxies_up() {
	listens "${SOCKS#*:}" && listens "${SOCKS_AUTH#*:}" &&
		listens "${CONNECT#*:}"
}
