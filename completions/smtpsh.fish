# fish completion for smtpsh, made by: smtpsh --completion fish

function __smtpsh_hosts
    set -l state $XDG_STATE_HOME
    test -n "$state"; or set state ~/.local/state
    test -r $state/smtpsh/history
    and LC_ALL=C sed -n 's/^[\]co[nect]*[[:blank:]]\{1,\}\([][[:alnum:]_.:\/-]*\)[[:blank:]]*$/\1/p' $state/smtpsh/history
    smtpsh --list hosts 2>/dev/null
    __fish_print_hostnames
end

function __smtpsh_words
    set -l known \
        211 214 220 221 235 250 251 252 253 334 353 354 355 421 422 430 432 \
        450 451 452 453 454 455 458 459 500 501 502 503 504 521 523 524 525 \
        530 533 534 535 538 550 551 552 553 554 555 556 X.0.0 X.1.0 X.1.1 \
        X.1.2 X.1.3 X.1.4 X.1.5 X.1.6 X.1.7 X.1.8 X.1.9 X.1.10 X.2.0 X.2.1 \
        X.2.2 X.2.3 X.2.4 X.3.0 X.3.1 X.3.2 X.3.3 X.3.4 X.3.5 X.3.6 X.4.0 \
        X.4.1 X.4.2 X.4.3 X.4.4 X.4.5 X.4.6 X.4.7 X.5.0 X.5.1 X.5.2 X.5.3 \
        X.5.4 X.5.5 X.5.6 X.6.0 X.6.1 X.6.2 X.6.3 X.6.4 X.6.5 X.6.6 X.6.7 \
        X.6.8 X.6.9 X.6.10 X.7.0 X.7.1 X.7.2 X.7.3 X.7.4 X.7.5 X.7.6 X.7.7 \
        X.7.8 X.7.9 X.7.10 X.7.11 X.7.12 X.7.13 X.7.14 X.7.15 X.7.16 X.7.17 \
        X.7.18 X.7.19 X.7.20 X.7.21 X.7.22 X.7.23 X.7.24 X.7.25 X.7.26 X.7.27 \
        X.7.28 X.7.29 X.7.30 HELO EHLO LHLO MAIL RCPT DATA BDAT RSET SEND SOML \
        SAML VRFY EXPN HELP NOOP QUIT TURN ETRN STARTTLS AUTH ATRN BURL \
        XCLIENT XFORWARD VERB ONEX 8BITMIME SIZE PIPELINING DSN \
        ENHANCEDSTATUSCODES SMTPUTF8 CHUNKING BINARYMIME DELIVERBY \
        FUTURERELEASE MT-PRIORITY REQUIRETLS RRVS LIMITS MTRK NO-SOLICITING \
        CHECKPOINT CONPERM CONNEG SUBMITTER UTF8SMTP PRDR PIPECONNECT \
        X_PIPE_CONNECT ALT-ADDRESS BODY BY ENVID HOLDFOR HOLDUNTIL NOTIFY \
        ORCPT RET SOLICIT TRANSID
    set -l class (string match -r '^[245](?=\.)' -- \
        (commandline -ct))
    and set known (string replace -r '^X\.' $class. $known)
    printf '%s\n' $known
end

function __smtpsh_lines
    printf '%s\t%s\n' \
        HELO 'says who the sender is and opens the session' \
        EHLO 'like HELO, and asks for the list of extensions' \
        LHLO 'EHLO of LMTP: one reply per recipient after mail text' \
        MAIL 'starts a transaction; errors are reported to the reverse-path' \
        RCPT 'names one recipient; once for each of them' \
        DATA 'asks to send the mail text, which a line "." ends' \
        BDAT 'sends that many octets of mail text at once, no "."' \
        RSET 'drops the transaction: paths, recipients, mail text' \
        SEND 'starts a transaction that writes to users'\'' terminals' \
        SOML 'send or mail: terminal if the user is there, else mailbox' \
        SAML 'send and mail: terminal if the user is there, and mailbox' \
        VRFY 'asks whether a user exists, and for the mailbox' \
        EXPN 'asks for the members of a mailing list' \
        HELP 'asks for help, in words for people' \
        NOOP 'does nothing but get a reply' \
        QUIT 'ends the session; the receiver replies, then closes' \
        TURN 'swaps the roles of sender and receiver; never offered today, as it asks for no proof' \
        ETRN 'asks the receiver to send what it has queued for a node; @ before it takes its subdomains too, # names a queue' \
        STARTTLS 'starts TLS; after it the session begins anew with EHLO' \
        AUTH 'logs in with a SASL mechanism; the response is base64, "=" an empty one' \
        ATRN 'swaps the roles and takes the mail that waits for the domains (port 366, after AUTH)' \
        BURL 'has the receiver fetch mail text from an IMAP server' \
        XCLIENT 'takes the place of another client: NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT' \
        XFORWARD 'says, for the log, which client the mail came from: NAME ADDR PORT PROTO HELO IDENT SOURCE' \
        VERB 'asks for verbose replies' \
        ONEX 'promises one transaction only' \
        '\\connect' 'connect to HOST[:PORT], a URL, a socket'\''s path, a place by name' \
        '\\dns' 'show a domain'\''s MX, addresses and TLSA records' \
        '\\close' 'close the connection at once, without QUIT' \
        '\\starttls' 'send STARTTLS and start TLS on its 220' \
        '\\tls' 'show protocol, cipher, certificates, the verdict' \
        '\\auth' 'authenticate: strongest mechanism, or that one' \
        '\\base64' 'encode a text; \\0 is NUL: \\0user\\0password' \
        '\\unbase64' 'decode base64, as of a 334' \
        '\\helo' 'send HELO' \
        '\\ehlo' 'send EHLO' \
        '\\lhlo' 'send LHLO (LMTP)' \
        '\\xclient' 'say that another client speaks, and greet again' \
        '\\xforward' 'say which client the mail is from, for the log' \
        '\\mail' 'send MAIL FROM:<address>' \
        '\\rcpt' 'send RCPT TO:<address>' \
        '\\data' 'send DATA; mail text follows, up to a period' \
        '\\send' 'DATA, a file as mail text, and the period' \
        '\\bdat' 'send a file by BDAT, LAST with the last chunk' \
        '\\raw' 'send exact bytes: C escapes, no CRLF added' \
        '\\octets' 'send a file'\''s octets as they are' \
        '\\pipeline' 'gather lines; \\flush sends them as one group' \
        '\\flush' 'send what \\pipeline gathered, take the replies' \
        '\\test' 'send one test message to the address' \
        '\\mail-new' 'make a message with subject and files, and mail it' \
        '\\compose' 'write a message in your editor, look at it, and mail it' \
        '\\set' 'set a variable, or a setting (\\show lists them)' \
        '\\unset' 'forget a variable' \
        '\\show' 'the session, the settings and the variables' \
        '\\template' 'list the templates, or show one' \
        '\\include' 'run a conversation file in this session' \
        '\\record' 'write the conversation to FILE as it goes on' \
        '\\expect' 'check a reply, its time, a close, or silence' \
        '\\require' 'go on where that is offered; else the file is skipped' \
        '\\sleep' 'wait: 500ms, 2s, 1m; a number alone is seconds' \
        '\\mailbox' 'show the mail that the sandbox received' \
        '\\mock' 'for --mock: what the server does there; a client passes it by' \
        '\\explain' 'what is known of a code, verb or keyword' \
        '\\diagnose' 'look for what is wrong with the server' \
        '\\help' 'this list, or all about a command or verb' \
        '\\quit' 'say QUIT and leave smtpsh'
end

complete -c smtpsh -f
complete -c smtpsh -n 'not __fish_contains_opt explain' -a '(__smtpsh_hosts)'
complete -c smtpsh -n '__fish_contains_opt explain' -a '(__smtpsh_words)'
complete -c smtpsh -s s -l server -x -a '(__smtpsh_hosts)' -d 'connect to HOST[:PORT], as HOST alone does'
complete -c smtpsh -s p -l port -x -a 'smtp submission submissions' -d 'its port or service name (25, LMTP 24)'
complete -c smtpsh -l lmtp -d 'speak LMTP (RFC 2033)'
complete -c smtpsh -l socket -r -F -d 'connect to a Unix socket'
complete -c smtpsh -l pipe -x -a '(__fish_complete_subcommand)' -d 'speak with a program'\''s standard input and output'
complete -c smtpsh -l sandbox -d 'speak with the embedded receiver, in this process'
complete -c smtpsh -s 4 -l ipv4 -d 'IPv4 addresses only'
complete -c smtpsh -s 6 -l ipv6 -d 'IPv6 addresses only'
complete -c smtpsh -l bind -x -d 'connect from this local address'
complete -c smtpsh -l mx -x -a '(__smtpsh_hosts)' -d 'connect to the hosts that take mail for DOMAIN'
complete -c smtpsh -l mx-all -d 'with --mx: run with each of them in turn'
complete -c smtpsh -l dane -d 'let TLSA records decide on TLS (RFC 7672)'
complete -c smtpsh -l resolver -x -d 'ask this name server'
complete -c smtpsh -l trust-anchor -r -F -d 'believe DNSSEC from these keys on'
complete -c smtpsh -l proxy -x -d 'by way of socks5://[USER:PW@]HOST or http://HOST'
complete -c smtpsh -l proxy-protocol -x -a '1 2' -d 'send the PROXY protocol'\''s header first'
complete -c smtpsh -l timeout -x -d 'wait so long for each reply (RFC 5321'\''s times)'
complete -c smtpsh -s c -l command -x -a '(__smtpsh_lines)' -d 'run a line of the language (repeatable)'
complete -c smtpsh -s f -l file -r -F -d 'run a conversation file, a folder'\''s *.smtp, or - (repeatable)'
complete -c smtpsh -l trust -d 'let files leave their folder, and the server'
complete -c smtpsh -l jobs -x -d 'run so many files at a time, a line each'
complete -c smtpsh -s D -l define -x -d 'set a variable (repeatable)'
complete -c smtpsh -l dialect -x -a '821 5321' -d 'S: is the sender (821) or the server (5321)'
complete -c smtpsh -l as -x -d 'read a transcript as of that program (--list kinds)'
complete -c smtpsh -l session -x -d 'which of several in a transcript (1)'
complete -c smtpsh -l bare -d 'send nothing that was not written'
complete -c smtpsh -l early -d 'send lines before the greeting has come'
complete -c smtpsh -l stop -d 'end at the first refusal'
complete -c smtpsh -l keep-going -d 'go on after a missed expectation'
complete -c smtpsh -l from -x -d 'reverse-path; <> for the null path'
complete -c smtpsh -s t -l to -x -d 'forward-path, commas between several'
complete -c smtpsh -l cc -x -d 'the same, and named in Cc'
complete -c smtpsh -l bcc -x -d 'the same, and named nowhere'
complete -c smtpsh -l helo -x -a '(__smtpsh_hosts)' -d 'the name to give in EHLO or HELO'
complete -c smtpsh -l data -r -F -d 'the message (standard input, if it is no terminal)'
complete -c smtpsh -l header -x -d 'add this line, or put it in place of its like'
complete -c smtpsh -l body -x -d 'make a message with this text; @FILE: with that'
complete -c smtpsh -l subject -x -d 'make a message with this subject'
complete -c smtpsh -l attach -r -F -d 'with this file: FILE[;type=..][;name=..]'
complete -c smtpsh -l inline -r -F -d 'with a file that the HTML shows as cid:NAME'
complete -c smtpsh -l reply-to -x -d 'where answers are to go'
complete -c smtpsh -l dry-run -d 'print the message, and send nothing'
complete -c smtpsh -l mail-param -x -d 'add to MAIL, as RET=HDRS (repeatable)'
complete -c smtpsh -l rcpt-param -x -d 'add to each RCPT, as NOTIFY=NEVER (repeatable)'
complete -c smtpsh -l chunk -x -d 'send by BDAT, in chunks of so many octets'
complete -c smtpsh -l quit-after -x -a 'connect helo mail rcpt data' -d 'stop behind that stage with QUIT; mail nothing'
complete -c smtpsh -l no-pipelining -d 'wait for each reply, whatever is offered'
complete -c smtpsh -l partial -x -a 'ok fail' -d 'taken for some recipients: status 0, or 2 (fail)'
complete -c smtpsh -l retry -x -d 'try again so often what is refused for now'
complete -c smtpsh -l retry-wait -x -d 'wait so long first, then twice as long (30s)'
complete -c smtpsh -l eml -r -F -d 'mail this message, or a folder of them (repeatable)'
complete -c smtpsh -l mbox -r -F -d 'mail what is in an mbox'
complete -c smtpsh -l maildir-from -x -a '(__fish_complete_directories)' -d 'mail what is in a Maildir'
complete -c smtpsh -l envelope -x -a 'headers options' -d 'from and to whom each message itself says'
complete -c smtpsh -l to-file -r -F -d 'recipients, one a line'
complete -c smtpsh -l stop-after -x -d 'end behind so many messages that failed'
complete -c smtpsh -l resume -r -F -d 'keep there what was taken, and send it once'
complete -c smtpsh -l repeat-unknown -d 'send again what may have been taken'
complete -c smtpsh -l tls -d 'STARTTLS must succeed, the certificate too'
complete -c smtpsh -l tls-optional -d 'STARTTLS when it is offered'
complete -c smtpsh -l tls-on-connect -d 'TLS from the start (port 465)'
complete -c smtpsh -l tls-verify -x -a 'yes no' -d 'check the certificate (yes)'
complete -c smtpsh -l tls-verify-host -x -a '(__smtpsh_hosts)' -d 'the name it must be for, in place of the host'\''s'
complete -c smtpsh -l tls-ca -r -F -d 'who may have signed it: PEM file or folder'
complete -c smtpsh -l tls-cert -r -F -d 'a certificate of one'\''s own to show'
complete -c smtpsh -l tls-key -r -F -d 'its private key'
complete -c smtpsh -l tls-sni -x -a '(__smtpsh_hosts)' -d 'the name to ask for; "" for none'
complete -c smtpsh -l tls-protocol -x -d 'versions: 1.2, tlsv1_3, no_tlsv1_2 ...'
complete -c smtpsh -l tls-cipher -x -d 'ciphers, as OpenSSL lists them'
complete -c smtpsh -l tls-save-peer-cert -r -F -d 'write what the server presented (PEM)'
complete -c smtpsh -l tls-expires-within -x -d 'fail (77) where the certificate expires in 14d, 2w, 36h'
complete -c smtpsh -l auth -a 'SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 DIGEST-MD5 PLAIN LOGIN OAUTHBEARER XOAUTH2 GSSAPI EXTERNAL ANONYMOUS' -d 'authenticate: the strongest offered, or that one'
complete -c smtpsh -l auth-user -x -d 'as this user'
complete -c smtpsh -l auth-password-file -r -F -d 'the password (or token) is in FILE, mode 0600'
complete -c smtpsh -l auth-password-fd -x -d 'it is read from a descriptor'
complete -c smtpsh -l auth-password-command -x -a '(__fish_complete_subcommand)' -d 'a program prints it'
complete -c smtpsh -l netrc -d 'it is in ~/.netrc'
complete -c smtpsh -l auth-insecure -d 'let a password go in clear text'
complete -c smtpsh -s q -l quiet -d 'show no conversation, errors only'
complete -c smtpsh -l no-remarks -d 'do not explain replies'
complete -c smtpsh -l color -l colour -x -a 'auto always never' -d 'mark replies by colour; NO_COLOR is honoured'
complete -c smtpsh -l lint -d 'remark on each breach of the protocol'\''s rules by the server'
complete -c smtpsh -l lint-ignore -x -d 'but not of this rule (repeatable)'
complete -c smtpsh -l timeline -d 'draw where the time went, as bars'
complete -c smtpsh -l format -x -a 'text json tap' -d 'the form of the output'
complete -c smtpsh -l junit -r -F -d 'write JUnit XML as well'
complete -c smtpsh -l report -r -F -d 'write a page of the run, for browsers'
complete -c smtpsh -l record -r -F -d 'write the conversation; it replays with -f'
complete -c smtpsh -l load -d 'mail from many sessions at once, and measure it'
complete -c smtpsh -l sessions -x -d 'so many at once (10; for --eml and its like 1)'
complete -c smtpsh -l messages -x -d 'end after so many messages'
complete -c smtpsh -l duration -x -d 'end after that time'
complete -c smtpsh -l rate -x -d 'messages a second by a schedule (as fast as it goes)'
complete -c smtpsh -l arrivals -x -a 'constant poisson' -d 'with --rate: evenly, or as independent senders do'
complete -c smtpsh -l ramp -x -d 'begin the sessions over that time'
complete -c smtpsh -l keep -x -d 'messages a connection (all); 1 connects for each'
complete -c smtpsh -l pipeline -d 'commands in groups, the text with the next message'\''s'
complete -c smtpsh -l rcpts -x -d 'recipients a message'
complete -c smtpsh -l think -x -d 'a session rests so long in between'
complete -c smtpsh -l message-size -x -d 'make a message that long (1024)'
complete -c smtpsh -l values -r -F -d 'variables for each message: a row of a CSV file'
complete -c smtpsh -l values-order -x -a 'turn random' -d 'which row is next'
complete -c smtpsh -l tls-resume -d 'resume TLS sessions where the server lets'
complete -c smtpsh -l progress -x -d 'a line in between, so often'
complete -c smtpsh -l fail-if -x -d 'exit 1 if so: '\''p99>200ms'\'', '\''errors>0.1%'\'' (repeatable)'
complete -c smtpsh -l html -r -F -d 'the same as --report; of a message: its HTML, or @FILE'
complete -c smtpsh -l hdr -r -F -d 'write a log for HdrHistogram and --merge'
complete -c smtpsh -l merge -r -F -d 'add up what --hdr wrote, and tell it'
complete -c smtpsh -l shard -x -d 'do part K of N; /N: K as Slurm, Kubernetes, parallel say'
complete -c smtpsh -l start-at -x -d 'begin then, all machines together'
complete -c smtpsh -l yes-really -d 'much load to a public address is meant'
complete -c smtpsh -l serve -x -d 'be a receiver on loopback, or on ADDR; 0: any port'
complete -c smtpsh -l mock -r -F -d 'play the server'\''s side of a conversation file'
complete -c smtpsh -l mock-next -r -F -d 'for the next connection another file (repeatable)'
complete -c smtpsh -l maildir -x -a '(__fish_complete_directories)' -d 'store mail below FOLDER'
complete -c smtpsh -l store -x -a '(__fish_complete_directories)' -d 'store each message in FOLDER as a file, .eml'
complete -c smtpsh -l show -d 'print messages as they come: header, first lines'
complete -c smtpsh -l show-all -d 'print the whole of them'
complete -c smtpsh -l discard -d 'store nothing: mail is counted and forgotten'
complete -c smtpsh -l mailbox -x -d 'take mail for these only (repeatable)'
complete -c smtpsh -l size-max -x -d 'the largest message'
complete -c smtpsh -l allow-bare -d 'keep a bare CR or LF in mail text, not refuse it'
complete -c smtpsh -l cert -r -F -d 'offer STARTTLS with this certificate'
complete -c smtpsh -l key -r -F -d 'its private key'
complete -c smtpsh -l self-signed -d 'offer STARTTLS with a throw-away certificate'
complete -c smtpsh -l user -x -d 'offer AUTH to this user'
complete -c smtpsh -l password-file -r -F -d 'whose password is in FILE'
complete -c smtpsh -l count -x -d 'end after so many sessions'
complete -c smtpsh -l auth-mechs -x -d 'offer these mechanisms only, commas between'
complete -c smtpsh -l session-max -x -d 'end a session after so long (30m)'
complete -c smtpsh -l client-max -x -d 'so many sessions of one client at once (1000)'
complete -c smtpsh -l rule -x -d 'misbehave: '\''RCPT nth 3 451 later'\'' (repeatable; manual: Rules)'
complete -c smtpsh -l rules -r -F -d 'rules, one a line'
complete -c smtpsh -l seed -x -d 'where the odds of rules begin (0)'
complete -c smtpsh -l threads -x -d 'serve in so many threads (1)'
complete -c smtpsh -l grace -x -d 'at a signal, let what is under way end (1s)'
complete -c smtpsh -l run-as -x -d 'become this user when the port is bound'
complete -c smtpsh -l explain -x -a '(__smtpsh_words)' -d 'what is known of a code, verb or keyword'
complete -c smtpsh -l diagnose -d 'look for what is wrong with HOST, a domain, or in a FILE'
complete -c smtpsh -l diagnose-mail -d 'with --diagnose: mail the message, too, to the first --to'
complete -c smtpsh -l completion -x -a 'bash zsh fish' -d 'print that shell'\''s completion script'
complete -c smtpsh -l convert -r -F -d 'print a transcript in smtpsh'\''s language, or another'\''s'
complete -c smtpsh -l to-format -x -a 'native telnet swaks json exim' -d 'with --convert: the form that is printed'
complete -c smtpsh -l reveal -d 'with --convert: secrets as the file shows them'
complete -c smtpsh -l list -x -a 'verbs commands settings options words hosts kinds' -d 'print a table'\''s names, for scripts'
complete -c smtpsh -l print-config -x -a '(__smtpsh_hosts)' -d 'print what the hosts file and the options say of it'
complete -c smtpsh -l no-rc -d 'do not read the start-up file'
complete -c smtpsh -s h -l help -a 'connect say message many tls auth shown load receiver other' -d 'print this, or one of its groups'
complete -c smtpsh -s V -l version -d 'print the version'
