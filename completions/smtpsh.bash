# bash completion for smtpsh, made by: smtpsh --completion bash

# Adds the lines of standard input that begin with $cur. What stands
# before the last ':' is not replaced, as bash ends a word there.
_smtpsh_reply() {
	local w keep=''
	[[ $cur != *:* ]] || keep=${cur%:*}:
	while IFS= read -r w; do
		[[ $w != "$cur"* ]] || COMPREPLY+=("${w#"$keep"}")
	done
}

_smtpsh_choose() {
	_smtpsh_reply < <(printf '%s\n' "$@")
}

_smtpsh_names() {
	_smtpsh_reply < <(compgen -A "$1" -- "$cur" | sort -u)
}

# readline knows best how to quote a name; bash 3.2 has no compopt.
_smtpsh_files() {
	compopt -o "$1" 2>/dev/null && return
	local w
	while IFS= read -r w; do
		COMPREPLY+=("$w")
	done < <(compgen "$2" -- "$cur")
}

_smtpsh_hosts() {
	local history=${XDG_STATE_HOME:-$HOME/.local/state}/smtpsh/history
	_smtpsh_reply < <({
		[[ ! -r $history ]] || LC_ALL=C sed -n \
			's/^[\]co[nect]*[[:blank:]]\{1,\}\([][[:alnum:]_.:\/-]*\)[[:blank:]]*$/\1/p' "$history"
		smtpsh --list hosts 2>/dev/null
		compgen -A hostname
	} | sort -u)
}

_smtpsh_words() {
	local words=(
		211 214 220 221 235 250 251 252 253 334 353 354 355 421 422 430 432
		450 451 452 453 454 455 458 459 500 501 502 503 504 521 523 524 525
		530 533 534 535 538 550 551 552 553 554 555 556 X.0.0 X.1.0 X.1.1
		X.1.2 X.1.3 X.1.4 X.1.5 X.1.6 X.1.7 X.1.8 X.1.9 X.1.10 X.2.0 X.2.1
		X.2.2 X.2.3 X.2.4 X.3.0 X.3.1 X.3.2 X.3.3 X.3.4 X.3.5 X.3.6 X.4.0
		X.4.1 X.4.2 X.4.3 X.4.4 X.4.5 X.4.6 X.4.7 X.5.0 X.5.1 X.5.2 X.5.3
		X.5.4 X.5.5 X.5.6 X.6.0 X.6.1 X.6.2 X.6.3 X.6.4 X.6.5 X.6.6 X.6.7
		X.6.8 X.6.9 X.6.10 X.7.0 X.7.1 X.7.2 X.7.3 X.7.4 X.7.5 X.7.6 X.7.7
		X.7.8 X.7.9 X.7.10 X.7.11 X.7.12 X.7.13 X.7.14 X.7.15 X.7.16 X.7.17
		X.7.18 X.7.19 X.7.20 X.7.21 X.7.22 X.7.23 X.7.24 X.7.25 X.7.26 X.7.27
		X.7.28 X.7.29 X.7.30 HELO EHLO LHLO MAIL RCPT DATA BDAT RSET SEND SOML
		SAML VRFY EXPN HELP NOOP QUIT TURN ETRN STARTTLS AUTH ATRN BURL
		XCLIENT XFORWARD VERB ONEX 8BITMIME SIZE PIPELINING DSN
		ENHANCEDSTATUSCODES SMTPUTF8 CHUNKING BINARYMIME DELIVERBY
		FUTURERELEASE MT-PRIORITY REQUIRETLS RRVS LIMITS MTRK NO-SOLICITING
		CHECKPOINT CONPERM CONNEG SUBMITTER UTF8SMTP PRDR PIPECONNECT
		X_PIPE_CONNECT ALT-ADDRESS BODY BY ENVID HOLDFOR HOLDUNTIL NOTIFY
		ORCPT RET SOLICIT TRANSID
	)
	case $cur in
	[245].*) words=("${words[@]/#X./${cur%%.*}.}") ;;
	*) cur=$(printf %s "$cur" | tr '[:lower:]' '[:upper:]') ;;
	esac
	_smtpsh_choose "${words[@]}"
}

# A line of the language: behind a quote as it is, else with the
# backslash doubled.
_smtpsh_lines() {
	local w slash=\\\\ words=(
		HELO EHLO LHLO MAIL RCPT DATA BDAT RSET SEND SOML SAML VRFY EXPN HELP
		NOOP QUIT TURN ETRN STARTTLS AUTH ATRN BURL XCLIENT XFORWARD VERB ONEX
	) commands=(
		connect dns close starttls tls auth base64 unbase64 helo ehlo lhlo
		xclient xforward mail rcpt data send bdat raw octets pipeline flush
		test mail-new compose set unset show template include record expect
		require sleep mailbox mock explain diagnose help quit
	)
	case $cur in
	[\'\"]*) slash=\\ cur=${cur#?} ;;
	esac
	for w in "${commands[@]}"; do
		words+=("$slash$w")
	done
	case $cur in
	\\*) ;;
	*) cur=$(printf %s "$cur" | tr '[:lower:]' '[:upper:]') ;;
	esac
	_smtpsh_choose "${words[@]}"
}

_smtpsh() {
	local cur prev w i glue='' explain='' words=() n=0
	COMPREPLY=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		if ((n > 1)) && [[ $glue || $w == [:=]* ]]; then
			words[n - 1]+=$w
		else
			words[n++]=$w
		fi
		glue=
		[[ $w != [:=]* ]] || glue=yes
	done
	cur=${words[n - 1]} prev=${words[n > 1 ? n - 2 : 0]}
	for ((i = 1; i < n - 1; i++)); do
		[[ ${words[i]} != --explain* ]] || explain=yes
	done
	case $cur in
	--*=*) prev=${cur%%=*} cur=${cur#*=} ;;
	-*) prev='' ;;
	esac
	case $prev in
	-s | --server) _smtpsh_hosts ;;
	-p | --port) _smtpsh_names service ;;
	--socket) _smtpsh_files default -f ;;
	--pipe) _smtpsh_names command ;;
	--bind) ;;
	--mx) _smtpsh_hosts ;;
	--resolver) ;;
	--trust-anchor) _smtpsh_files default -f ;;
	--proxy) ;;
	--proxy-protocol) _smtpsh_choose 1 2 ;;
	--timeout) ;;
	-c | --command) _smtpsh_lines ;;
	-f | --file) _smtpsh_files default -f ;;
	--jobs) ;;
	-D | --define) ;;
	--dialect) _smtpsh_choose 821 5321 ;;
	--as) ;;
	--session) ;;
	--from) ;;
	-t | --to) ;;
	--cc) ;;
	--bcc) ;;
	--helo) _smtpsh_hosts ;;
	--data) _smtpsh_files default -f ;;
	--header) ;;
	--body) ;;
	--subject) ;;
	--attach) _smtpsh_files default -f ;;
	--inline) _smtpsh_files default -f ;;
	--reply-to) ;;
	--mail-param) ;;
	--rcpt-param) ;;
	--chunk) ;;
	--quit-after) _smtpsh_choose connect helo mail rcpt data ;;
	--partial) _smtpsh_choose ok fail ;;
	--retry) ;;
	--retry-wait) ;;
	--eml) _smtpsh_files default -f ;;
	--mbox) _smtpsh_files default -f ;;
	--maildir-from) _smtpsh_files dirnames -d ;;
	--envelope) _smtpsh_choose headers options ;;
	--to-file) _smtpsh_files default -f ;;
	--stop-after) ;;
	--resume) _smtpsh_files default -f ;;
	--tls-verify) _smtpsh_choose yes no ;;
	--tls-verify-host) _smtpsh_hosts ;;
	--tls-ca) _smtpsh_files default -f ;;
	--tls-cert) _smtpsh_files default -f ;;
	--tls-key) _smtpsh_files default -f ;;
	--tls-sni) _smtpsh_hosts ;;
	--tls-protocol) ;;
	--tls-cipher) ;;
	--tls-save-peer-cert) _smtpsh_files default -f ;;
	--tls-expires-within) ;;
	--auth) _smtpsh_choose SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 DIGEST-MD5 PLAIN LOGIN OAUTHBEARER XOAUTH2 GSSAPI EXTERNAL ANONYMOUS ;;
	--auth-user) ;;
	--auth-password-file) _smtpsh_files default -f ;;
	--auth-password-fd) ;;
	--auth-password-command) _smtpsh_names command ;;
	--colour | --color) _smtpsh_choose auto always never ;;
	--lint-ignore) ;;
	--format) _smtpsh_choose text json tap ;;
	--junit) _smtpsh_files default -f ;;
	--report) _smtpsh_files default -f ;;
	--record) _smtpsh_files default -f ;;
	--sessions) ;;
	--messages) ;;
	--duration) ;;
	--rate) ;;
	--arrivals) _smtpsh_choose constant poisson ;;
	--ramp) ;;
	--keep) ;;
	--rcpts) ;;
	--think) ;;
	--message-size) ;;
	--values) _smtpsh_files default -f ;;
	--values-order) _smtpsh_choose turn random ;;
	--progress) ;;
	--fail-if) ;;
	--html) _smtpsh_files default -f ;;
	--hdr) _smtpsh_files default -f ;;
	--merge) _smtpsh_files default -f ;;
	--shard) ;;
	--start-at) ;;
	--serve) ;;
	--mock) _smtpsh_files default -f ;;
	--mock-next) _smtpsh_files default -f ;;
	--maildir) _smtpsh_files dirnames -d ;;
	--store) _smtpsh_files dirnames -d ;;
	--mailbox) ;;
	--size-max) ;;
	--cert) _smtpsh_files default -f ;;
	--key) _smtpsh_files default -f ;;
	--user) ;;
	--password-file) _smtpsh_files default -f ;;
	--count) ;;
	--auth-mechs) ;;
	--session-max) ;;
	--client-max) ;;
	--rule) ;;
	--rules) _smtpsh_files default -f ;;
	--seed) ;;
	--threads) ;;
	--grace) ;;
	--run-as) ;;
	--explain) _smtpsh_words ;;
	--completion) _smtpsh_choose bash zsh fish ;;
	--convert) _smtpsh_files default -f ;;
	--to-format) _smtpsh_choose native telnet swaks json exim ;;
	--list) _smtpsh_choose verbs commands settings options words hosts kinds ;;
	--print-config) _smtpsh_hosts ;;
	-h | --help) _smtpsh_choose connect say message many tls auth shown load receiver other ;;
	*)
		if [[ $cur == -* ]]; then
			words=(
				-s --server -p --port --lmtp --socket --pipe --sandbox -4 --ipv4 -6
				--ipv6 --bind --mx --mx-all --dane --resolver --trust-anchor --proxy
				--proxy-protocol --timeout -c --command -f --file --trust --jobs -D
				--define --dialect --as --session --bare --early --stop --keep-going
				--from -t --to --cc --bcc --helo --data --header --body --subject
				--attach --inline --reply-to --dry-run --mail-param --rcpt-param
				--chunk --quit-after --no-pipelining --partial --retry --retry-wait
				--eml --mbox --maildir-from --envelope --to-file --stop-after --resume
				--repeat-unknown --tls --tls-optional --tls-on-connect --tls-verify
				--tls-verify-host --tls-ca --tls-cert --tls-key --tls-sni
				--tls-protocol --tls-cipher --tls-save-peer-cert --tls-expires-within
				--auth --auth-user --auth-password-file --auth-password-fd
				--auth-password-command --netrc --auth-insecure -q --quiet
				--no-remarks --color --lint --lint-ignore --timeline --format --junit
				--report --record --load --sessions --messages --duration --rate
				--arrivals --ramp --keep --pipeline --rcpts --think --message-size
				--values --values-order --tls-resume --progress --fail-if --html --hdr
				--merge --shard --start-at --yes-really --serve --mock --mock-next
				--maildir --store --show --show-all --discard --mailbox --size-max
				--allow-bare --cert --key --self-signed --user --password-file --count
				--auth-mechs --session-max --client-max --rule --rules --seed
				--threads --grace --run-as --explain --diagnose --diagnose-mail
				--completion --convert --to-format --reveal --list --print-config
				--no-rc -h --help -V --version
			)
			_smtpsh_choose "${words[@]}"
		elif [[ $explain ]]; then
			_smtpsh_words
		else
			_smtpsh_hosts
		fi
		;;
	esac
}

complete -F _smtpsh smtpsh
