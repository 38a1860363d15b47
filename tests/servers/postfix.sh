# shellcheck shell=bash
# postfix.sh: Postfix's smtpd: STARTTLS at $POSTFIX, TLS at once at
# $POSTFIX_TLS, behind the PROXY protocol at $POSTFIX_PROXIED,
# TLS or nothing at $POSTFIX_STRICT. Who asks for the
# name NAME.bad.example gets that bad certificate. VRFY, ETRN, DSN, SMTPUTF8,
# CHUNKING, XCLIENT, XFORWARD; AUTH by Cyrus SASL. Mail for sink.example goes to
# port $SINK; all else that is not for Beta.ARPA is thrown away.

postfix_conf() {
	local plain tls proxied strict
	plain=$(free_port) tls=$(free_port) proxied=$(free_port)
	strict=$(free_port)
	POSTFIX=127.0.0.1:$plain POSTFIX_TLS=127.0.0.1:$tls
	POSTFIX_PROXIED=127.0.0.1:$proxied
	POSTFIX_STRICT=127.0.0.1:$strict
	export POSTFIX POSTFIX_TLS POSTFIX_PROXIED POSTFIX_STRICT
	user postfix 2001 /var/spool/postfix
	user postdrop 2002 /nonexistent
	mkdir -p /var/spool/postfix /var/lib/postfix
	chown postfix /var/lib/postfix
	postfix_users
	postfix_main
	postfix_certificates
	postfix_master "$plain" "$tls" "$proxied" "$strict"
}

postfix_run() { exec setsid postfix start-fg; }

postfix_up() { greets "${POSTFIX#*:}" && listens "${POSTFIX_TLS#*:}"; }

postfix_users() {
	local sasl=/etc/postfix/sasl name
	mkdir -p "$sasl"
	rm -f "$sasl/db"
	printf %s sesame | saslpasswd2 -p -c -f "$sasl/db" -u beta.arpa smith
	chmod 644 "$sasl/db"
	cat >"$sasl/smtpd.conf" <<-E
		pwcheck_method: auxprop
		auxprop_plugin: sasldb
		sasldb_path: $sasl/db
		mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256
	E
	for name in jones brown jørgen; do
		echo "$name@beta.arpa $name/"
	done >/etc/postfix/boxes
}

postfix_certificates() {
	local name
	for name in $BAD_CERTIFICATES; do
		echo "$name.bad.example" "$T/certs/$name.key," \
			"$T/certs/$name.pem"
	done >/etc/postfix/bad
	postmap -F hash:/etc/postfix/bad
}

postfix_main() {
	cat >/etc/postfix/main.cf <<-E
		compatibility_level = 3.6
		maillog_file = /var/log/postfix.log
		myhostname = mail.beta.arpa
		mydomain = beta.arpa
		mydestination =
		mynetworks =
		alias_maps =
		alias_database =
		local_header_rewrite_clients =
		inet_interfaces = loopback-only
		inet_protocols = all
		smtputf8_enable = yes
		virtual_mailbox_domains = beta.arpa
		virtual_mailbox_base = $T/mail
		virtual_mailbox_maps = texthash:/etc/postfix/boxes
		virtual_uid_maps = static:5000
		virtual_gid_maps = static:5000
		relay_transport = smtp:[127.0.0.1]:$SINK
		default_transport = discard:
		relay_domains = sink.example
		default_destination_concurrency_failed_cohort_limit = 100
		smtp_tls_security_level = may
		smtpd_tls_cert_file = $T/certs/chain.pem
		smtpd_tls_key_file = $T/certs/server.key
		smtpd_tls_CAfile = $T/certs/ca.pem
		smtpd_tls_ask_ccert = yes
		smtpd_tls_received_header = yes
		smtpd_tls_security_level = may
		tls_server_sni_maps = hash:/etc/postfix/bad
		smtpd_sasl_auth_enable = yes
		smtpd_sasl_authenticated_header = yes
		smtpd_sasl_local_domain = beta.arpa
		cyrus_sasl_config_path = /etc/postfix/sasl
		smtpd_relay_restrictions = permit_sasl_authenticated,
		 permit_tls_all_clientcerts, reject_unauth_destination
		smtpd_authorized_xclient_hosts = 127.0.0.0/8
		smtpd_authorized_xforward_hosts = 127.0.0.0/8
		smtpd_client_connection_count_limit = 0
		smtpd_error_sleep_time = 0
		smtpd_peername_lookup = no
		smtpd_upstream_proxy_timeout = 1s
		smtpd_hard_error_limit = 100
	E
}

postfix_master() {
	cat >/etc/postfix/master.cf <<-E
		127.0.0.1:$1 inet n - n - - smtpd
		127.0.0.1:$2 inet n - n - - smtpd
		 -o smtpd_tls_wrappermode=yes
		127.0.0.1:$3 inet n - n - - smtpd
		 -o smtpd_upstream_proxy_protocol=haproxy
		127.0.0.1:$4 inet n - n - - smtpd
		 -o smtpd_tls_security_level=encrypt
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000? 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		proxymap unix - - n - - proxymap
		smtp unix - - n - - smtp
		error unix - - n - - error
		retry unix - - n - - error
		discard unix - - n - - discard
		virtual unix - n n - - virtual
		anvil unix - - n - 1 anvil
		postlog unix-dgram n - n - 1 postlogd
	E
}
