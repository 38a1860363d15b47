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

# dovecot_file LMTP SUBMISSION TLS: dovecot.conf; 2.4 names things anew.
dovecot_file() {
	case $(dovecot --version) in
	2.3.*) dovecot_old ;;
	*) dovecot_new ;;
	esac
	cat <<-E
		log_path = /var/log/dovecot.log
		hostname = mail.beta.arpa
		listen = 127.0.0.1
		ssl = yes
		auth_failure_delay = 0
		mail_uid = vmail
		mail_gid = vmail
		lmtp_save_to_detail_mailbox = no
		submission_relay_host = 127.0.0.1
		submission_relay_port = ${POSTFIX#*:}
		submission_relay_trusted = yes
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

dovecot_old() {
	cat <<-E
		protocols = lmtp submission
		ssl_cert = <$T/certs/chain.pem
		ssl_key = <$T/certs/server.key
		disable_plaintext_auth = yes
		auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
		auth_username_format = %Ln
		mail_location = maildir:~
		passdb {
		  driver = passwd-file
		  args = scheme=PLAIN username_format=%n /etc/dovecot/passwords
		}
		userdb {
		  driver = passwd-file
		  args = username_format=%n /etc/dovecot/boxes
		}
	E
}

dovecot_new() {
	cat <<-E
		dovecot_config_version = 2.4.0
		dovecot_storage_version = 2.4.0
		protocols = lmtp submission
		ssl_server_cert_file = $T/certs/chain.pem
		ssl_server_key_file = $T/certs/server.key
		auth_allow_cleartext = no
		auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256
		auth_username_format = %{user | username | lower}
		mail_driver = maildir
		mail_path = ~
		passdb passwd-file {
		  passwd_file_path = /etc/dovecot/passwords
		}
		userdb passwd-file {
		  passwd_file_path = /etc/dovecot/boxes
		}
	E
}
