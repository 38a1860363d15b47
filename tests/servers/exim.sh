# shellcheck shell=bash
# exim.sh: Exim's daemon: STARTTLS at $EXIM, TLS at once at $EXIM_TLS; the same
# binary with -bs serves --pipe. VRFY, EXPN, DSN, SMTPUTF8, CHUNKING, PRDR; AUTH
# PLAIN, LOGIN, CRAM-MD5, and EXTERNAL by the client's certificate. Mail for
# sink.example goes to port $SINK.

exim_conf() {
	local plain tls
	plain=$(free_port) tls=$(free_port)
	EXIM=127.0.0.1:$plain EXIM_TLS=127.0.0.1:$tls
	export EXIM EXIM_TLS
	user Debian-exim 2003 /var/spool/exim4
	rm -rf /var/spool/exim4 /var/lib/exim4
	mkdir -p /etc/exim4 /var/spool/exim4 /var/lib/exim4 /var/log/exim4
	chown -R Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4
	printf '%s: %s\n' jones jones brown brown jørgen jørgen \
		>/etc/exim4/boxes
	{
		exim_main "$plain" "$tls"
		exim_routes
		exim_authenticators
	} >/etc/exim4/exim4.conf
}

exim_run() { exec setsid exim4 -bdf -q1h; }

exim_up() { greets "${EXIM#*:}" && listens "${EXIM_TLS#*:}"; }

exim_main() {
	cat <<-E
		primary_hostname = mail.beta.arpa
		exim_user = Debian-exim
		exim_group = Debian-exim
		spool_directory = /var/spool/exim4
		log_file_path = /var/log/exim4/%slog
		keep_environment =
		host_lookup =
		rfc1413_hosts =
		local_interfaces = <; 127.0.0.1
		daemon_smtp_ports = $1 : $2
		tls_on_connect_ports = $2
		tls_advertise_hosts = *
		tls_certificate = $T/certs/chain.pem
		tls_privatekey = $T/certs/server.key
		tls_verify_certificates = $T/certs/ca.pem
		tls_try_verify_hosts = *
		chunking_advertise_hosts = *
		dsn_advertise_hosts = *
		smtputf8_advertise_hosts = *
		prdr_enable = true
		message_size_limit = 10M
		smtp_accept_queue_per_connection = 0
		smtp_max_unknown_commands = 20
		smtp_max_synprot_errors = 20
		acl_smtp_mail = accept
		acl_smtp_rcpt = recipient
		acl_smtp_data = accept
		acl_smtp_data_prdr = each_recipient
		acl_smtp_vrfy = accept
		acl_smtp_expn = accept
	E
}

exim_routes() {
	cat <<-'E'
		begin acl
		recipient:
		  accept authenticated = *
		  accept encrypted = *
		         verify = certificate
		  accept domains = sink.example
		  require message = relay not permitted
		          domains = beta.arpa
		  require message = no such user here
		          verify = recipient
		  accept
		each_recipient:
		  deny local_parts = brown
		       condition = ${if match{$h_subject:}{not for brown}}
		       message = Brown does not want this
		  accept
		begin routers
		box:
		  driver = accept
		  domains = beta.arpa
		  local_parts = lsearch;/etc/exim4/boxes
		  transport = box
		sink:
		  driver = manualroute
		  domains = sink.example
		  route_list = * 127.0.0.1
		  self = send
		  transport = sink
		away:
		  driver = manualroute
		  domains = ! beta.arpa
		  route_list = * 127.0.0.1
		  transport = nowhere
		begin transports
	E
	cat <<-E
		box:
		  driver = appendfile
		  directory = $T/mail/\$local_part_data
		  maildir_format
		  create_directory
		  return_path_add
		  user = vmail
		sink:
		  driver = smtp
		  port = $SINK
		  allow_localhost
		nowhere:
		  driver = appendfile
		  file = /dev/null
		  user = vmail
	E
}

exim_authenticators() {
	cat <<-'E'
		begin authenticators
		plain:
		  driver = plaintext
		  public_name = PLAIN
		  server_prompts = :
		  server_condition = ${if and{{eq{$auth2}{smith}}{eq{$auth3}{sesame}}}}
		  server_set_id = $auth2
		login:
		  driver = plaintext
		  public_name = LOGIN
		  server_prompts = Username:: : Password::
		  server_condition = ${if and{{eq{$auth1}{smith}}{eq{$auth2}{sesame}}}}
		  server_set_id = $auth1
		cram:
		  driver = cram_md5
		  public_name = CRAM-MD5
		  server_secret = ${if eq{$auth1}{smith}{sesame}fail}
		  server_set_id = $auth1
		external:
		  driver = external
		  public_name = EXTERNAL
		  server_advertise_condition = ${if def:tls_in_peerdn}
		  server_param2 = ${certextract{subject,CN}{$tls_in_peercert}}
		  server_condition = ${if eq{$auth2}{smith}}
		  server_set_id = $auth2
	E
}
