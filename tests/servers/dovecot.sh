# shellcheck shell=bash
# dovecot.sh: Dovecot's LMTP at $LMTP and at the socket $LMTP_SOCKET, and its
# submission at $SUBMISSION (STARTTLS) and $SUBMISSION_TLS, which hands all mail
# to Postfix: start that first. It has the longest list of mechanisms.

dovecot_conf() {
	local lmtp submission tls
	lmtp=$(free_port) submission=$(free_port) tls=$(free_port)
	LMTP=127.0.0.1:$lmtp LMTP_SOCKET=$T/run/lmtp
	SUBMISSION=127.0.0.1:$submission SUBMISSION_TLS=127.0.0.1:$tls
	export LMTP LMTP_SOCKET SUBMISSION SUBMISSION_TLS
	user dovecot 2011 /usr/lib/dovecot
	user dovenull 2012 /nonexistent
	mkdir -p /var/lib/dovecot /run/dovecot "$T/run"
	rm -rf /etc/dovecot
	mkdir -p /etc/dovecot/keys
	dovecot_users
	dovecot_file "$lmtp" "$submission" "$tls" >/etc/dovecot/dovecot.conf
}

dovecot_run() { exec setsid dovecot -F; }

dovecot_up() {
	greets "${LMTP#*:}" && greets "${SUBMISSION#*:}" &&
		listens "${SUBMISSION_TLS#*:}" && [ -S "$LMTP_SOCKET" ]
}

dovecot_users() {
	local name
	echo 'smith:{PLAIN}sesame::::::' >/etc/dovecot/passwords
	for name in smith jones brown; do
		echo "$name::5000:5000::$T/mail/$name::"
	done >/etc/dovecot/boxes
}

dovecot_file() {
	cat <<-E
		protocols = lmtp submission
		log_path = /var/log/dovecot.log
		hostname = mail.beta.arpa
		listen = 127.0.0.1
		ssl = yes
		ssl_cert = <$T/certs/chain.pem
		ssl_key = <$T/certs/server.key
		disable_plaintext_auth = yes
		auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
		auth_username_format = %Ln
		auth_failure_delay = 0
		mail_location = maildir:~
		mail_uid = vmail
		mail_gid = vmail
		lmtp_save_to_detail_mailbox = no
		submission_relay_host = 127.0.0.1
		submission_relay_port = ${POSTFIX#*:}
		submission_relay_trusted = yes
		passdb {
		  driver = passwd-file
		  args = scheme=PLAIN username_format=%n /etc/dovecot/passwords
		}
		userdb {
		  driver = passwd-file
		  args = username_format=%n /etc/dovecot/boxes
		}
		service anvil {
		  unix_listener anvil-auth-penalty {
		    mode = 0
		  }
		}
		service lmtp {
		  inet_listener lmtp {
		    port = $1
		  }
		  unix_listener $LMTP_SOCKET {
		    mode = 0600
		  }
		}
		service submission-login {
		  inet_listener submission {
		    port = $2
		  }
		  inet_listener submissions {
		    port = $3
		    ssl = yes
		  }
		}
	E
}
