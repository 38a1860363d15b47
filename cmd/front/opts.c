/* The table of options, and --help. The parser is opts_parse.c, what goes with
 * what opts_check.c, other programs' names opts_meant.c. */
#include "cmd/front/opts.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define AT(field)  offsetof(struct opts, field)
#define TALKED	   (FRONT_SHELL | FRONT_LINES)
#define UNATTENDED (FRONT_LINES | FRONT_MESSAGE)
#define CLIENT	   (TALKED | FRONT_MESSAGE)
#define REACHES	   (CLIENT | FRONT_LOAD) /* servers */
#define SESSION	   (CLIENT | FRONT_SERVE)
#define ANY	   (SESSION | FRONT_TEXTS | FRONT_LOAD | FRONT_MERGE)
#define LOADS	   FRONT_LOAD
#define MAILS	   (FRONT_MESSAGE | FRONT_LOAD)

const struct opt opt_table[] = {
	{ 's', "server", "", "HOST",
	    "connect to HOST[:PORT], as HOST alone does", "Where to connect",
	    OPT_STRING, AT(host), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false,
	    0 },
	{ 'p', "port", "", "PORT", "its port or service name (25, LMTP 24)", "",
	    OPT_STRING, AT(port), REACHES | FRONT_DIAGNOSE, NEED_TCP, false,
	    0 },
	{ 0, "lmtp", "", "", "speak LMTP (RFC 2033)", "", OPT_FLAG, AT(lmtp),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "socket", "", "FILE", "connect to a Unix socket", "", OPT_STRING,
	    AT(socket), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_NOTHING,
	    false, 0 },
	{ 0, "pipe", "", "COMMAND",
	    "speak with a program's standard input and output", "", OPT_STRING,
	    AT(pipe), REACHES, NEED_NOTHING, false, 0 },
	{ 0, "sandbox", "", "",
	    "speak with the embedded receiver, in this process", "", OPT_FLAG,
	    AT(sandbox), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ '4', "ipv4", "", "", "IPv4 addresses only", "", OPT_FAMILY,
	    AT(family), REACHES | FRONT_DIAGNOSE, NEED_TCP, false, AF_INET },
	{ '6', "ipv6", "", "", "IPv6 addresses only", "", OPT_FAMILY,
	    AT(family), REACHES | FRONT_DIAGNOSE, NEED_TCP, false, AF_INET6 },
	{ 0, "bind", "", "ADDR", "connect from this local address", "",
	    OPT_STRING, AT(bind), REACHES | FRONT_DIAGNOSE, NEED_TCP, false,
	    0 },
	{ 0, "mx", "", "DOMAIN",
	    "connect to the hosts that take mail for DOMAIN", "", OPT_STRING,
	    AT(mx), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "mx-all", "", "", "with --mx: run with each of them in turn", "",
	    OPT_FLAG, AT(mx_all), UNATTENDED, NEED_RUN, false, 0 },
	{ 0, "dane", "", "", "let TLSA records decide on TLS (RFC 7672)", "",
	    OPT_FLAG, AT(dane), REACHES | FRONT_DIAGNOSE, NEED_TCP, false, 0 },
	{ 0, "resolver", "", "ADDR[:PORT]", "ask this name server", "",
	    OPT_STRING, AT(resolver), REACHES | FRONT_DIAGNOSE, NEED_DNS, false,
	    0 },
	{ 0, "trust-anchor", "", "FILE", "believe DNSSEC from these keys on",
	    "", OPT_STRING, AT(trust_anchor), REACHES | FRONT_DIAGNOSE,
	    NEED_ANCHOR, false, 0 },
	{ 0, "proxy", "", "URL",
	    "by way of socks5://[USER:PW@]HOST or http://HOST", "", OPT_STRING,
	    AT(proxy), REACHES | FRONT_DIAGNOSE, NEED_TCP, false, 0 },
	{ 0, "proxy-protocol", "", "1|2",
	    "send the PROXY protocol's header first", "", OPT_STRING,
	    AT(proxy_protocol), REACHES | FRONT_DIAGNOSE, NEED_SOCKET, false,
	    0 },
	{ 0, "timeout", "", "DURATION",
	    "wait so long for each reply (RFC 5321's times)", "", OPT_SETTING,
	    0, REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 'c', "command", "", "LINE", "run a line of the language (repeatable)",
	    "What to say", OPT_LINE, 0, FRONT_LINES, NEED_NOTHING, false, 0 },
	{ 'f', "file", "", "FILE",
	    "run a conversation file, a folder's *.smtp, or - (repeatable)", "",
	    OPT_FILE, 0, FRONT_LINES | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "trust", "", "", "let files leave their folder, and the server",
	    "", OPT_FLAG, AT(trust), TALKED | FRONT_LOAD, NEED_NOTHING, false,
	    0 },
	{ 0, "jobs", "", "NUMBER", "run so many files at a time, a line each",
	    "", OPT_NUMBER, AT(jobs), FRONT_LINES, NEED_FILE, false, 1 },
	{ 'D', "define", "", "NAME=VALUE", "set a variable (repeatable)", "",
	    OPT_LIST, AT(define), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_VARS, false, 0 },
	{ 0, "dialect", "", "821|5321",
	    "S: is the sender (821) or the server (5321)", "", OPT_STRING,
	    AT(dialect), SESSION | FRONT_LOAD | FRONT_TEXTS, NEED_TAGS, false,
	    0 },
	{ 0, "as", "", "KIND",
	    "read a transcript as of that program (--list kinds)", "",
	    OPT_STRING, AT(as), SESSION | FRONT_LOAD | FRONT_TEXTS, NEED_TAGS,
	    false, 0 },
	{ 0, "session", "", "NUMBER", "which of several in a transcript (1)",
	    "", OPT_NUMBER, AT(session), SESSION | FRONT_LOAD | FRONT_TEXTS,
	    NEED_TAGS, false, 1 },
	{ 0, "bare", "", "", "send nothing that was not written", "",
	    OPT_SETTING, 0, TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "early", "", "", "send lines before the greeting has come", "",
	    OPT_SETTING, 0, TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "stop", "", "", "end at the first refusal", "", OPT_SETTING, 0,
	    REACHES, NEED_NOTHING, false, 0 },
	{ 0, "keep-going", "", "", "go on after a missed expectation", "",
	    OPT_SETTING, 0, TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "from", "", "ADDRESS", "reverse-path; <> for the null path",
	    "One message", OPT_STRING, AT(from), REACHES | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 't', "to", "", "ADDRESS", "forward-path, commas between several", "",
	    OPT_LIST, AT(to), UNATTENDED | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 0, "cc", "", "ADDRESS", "the same, and named in Cc", "", OPT_LIST,
	    AT(cc), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "bcc", "", "ADDRESS", "the same, and named nowhere", "", OPT_LIST,
	    AT(bcc), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "helo", "", "DOMAIN", "the name to give in EHLO or HELO", "",
	    OPT_STRING, AT(helo), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 0, "data", "", "FILE",
	    "the message (standard input, if it is no terminal)", "",
	    OPT_STRING, AT(data), MAILS | FRONT_DIAGNOSE, NEED_BUILTIN, true,
	    0 },
	{ 0, "header", "", "HEADER",
	    "add this line, or put it in place of its like", "", OPT_LIST,
	    AT(header), MAILS, NEED_BUILTIN, false, 0 },
	{ 0, "body", "", "TEXT",
	    "make a message with this text; @FILE: with that", "", OPT_STRING,
	    AT(body), MAILS, NEED_BUILTIN, true, 0 },
	{ 0, "subject", "", "TEXT", "make a message with this subject", "",
	    OPT_STRING, AT(subject), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "attach", "", "FILE", "with this file: FILE[;type=..][;name=..]",
	    "", OPT_LIST, AT(attach), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "inline", "", "FILE",
	    "with a file that the HTML shows as cid:NAME", "", OPT_LIST,
	    AT(inlined), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "reply-to", "", "ADDRESS", "where answers are to go", "",
	    OPT_STRING, AT(reply_to), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "dry-run", "", "", "print the message, and send nothing", "",
	    OPT_FLAG, AT(dry_run), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "mail-param", "", "PARAMETER",
	    "add to MAIL, as RET=HDRS (repeatable)", "", OPT_LIST,
	    AT(mail_param), MAILS, NEED_BUILTIN, false, 0 },
	{ 0, "rcpt-param", "", "PARAMETER",
	    "add to each RCPT, as NOTIFY=NEVER (repeatable)", "", OPT_LIST,
	    AT(rcpt_param), MAILS, NEED_BUILTIN, false, 0 },
	{ 0, "chunk", "", "OCTETS", "send by BDAT, in chunks of so many octets",
	    "", OPT_NUMBER, AT(chunk), MAILS, NEED_BUILTIN, false, 1 },
	{ 0, "quit-after", "", "connect|helo|mail|rcpt|data",
	    "stop behind that stage with QUIT; mail nothing", "", OPT_STRING,
	    AT(quit_after), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "no-pipelining", "", "",
	    "wait for each reply, whatever is offered", "", OPT_FLAG,
	    AT(no_pipelining), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "partial", "", "ok|fail",
	    "taken for some recipients: status 0, or 2 (fail)", "", OPT_STRING,
	    AT(partial), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "retry", "", "NUMBER",
	    "try again so often what is refused for now", "", OPT_NUMBER,
	    AT(retry), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "retry-wait", "", "DURATION",
	    "wait so long first, then twice as long (30s)", "", OPT_STRING,
	    AT(retry_wait), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "eml", "", "FILE",
	    "mail this message, or a folder of them (repeatable)",
	    "Many messages", OPT_LIST, AT(eml), FRONT_MESSAGE, NEED_NOTHING,
	    false, 0 },
	{ 0, "mbox", "", "FILE", "mail what is in an mbox", "", OPT_LIST,
	    AT(mbox), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "maildir-from", "", "FOLDER", "mail what is in a Maildir", "",
	    OPT_LIST, AT(maildir_from), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "envelope", "", "headers|options",
	    "from and to whom each message itself says", "", OPT_STRING,
	    AT(envelope), FRONT_MESSAGE, NEED_MANY, false, 0 },
	{ 0, "to-file", "", "FILE", "recipients, one a line", "", OPT_STRING,
	    AT(to_file), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "stop-after", "", "NUMBER",
	    "end behind so many messages that failed", "", OPT_NUMBER,
	    AT(stop_after), FRONT_MESSAGE, NEED_MANY, false, 1 },
	{ 0, "resume", "", "FILE",
	    "keep there what was taken, and send it once", "", OPT_STRING,
	    AT(resume), FRONT_MESSAGE, NEED_MANY, false, 0 },
	{ 0, "repeat-unknown", "", "", "send again what may have been taken",
	    "", OPT_FLAG, AT(repeat_unknown), FRONT_MESSAGE, NEED_RESUME, false,
	    0 },
	{ 0, "tls", "", "", "STARTTLS must succeed, the certificate too", "TLS",
	    OPT_FLAG, AT(tls), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false,
	    0 },
	{ 0, "tls-optional", "", "", "STARTTLS when it is offered", "",
	    OPT_FLAG, AT(tls_optional), REACHES | FRONT_DIAGNOSE, NEED_NOTHING,
	    false, 0 },
	{ 0, "tls-on-connect", "", "", "TLS from the start (port 465)", "",
	    OPT_FLAG, AT(tls_on_connect), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 0, "tls-verify", "", "yes|no", "check the certificate (yes)", "",
	    OPT_SETTING, 0, REACHES | FRONT_DIAGNOSE, NEED_TLS, false, 0 },
	{ 0, "tls-verify-host", "", "HOST",
	    "the name it must be for, in place of the host's", "", OPT_STRING,
	    AT(tls_verify_host), REACHES | FRONT_DIAGNOSE, NEED_TLS, false, 0 },
	{ 0, "tls-ca", "", "FILE", "who may have signed it: PEM file or folder",
	    "", OPT_STRING, AT(tls_ca), REACHES | FRONT_DIAGNOSE, NEED_TLS,
	    false, 0 },
	{ 0, "tls-cert", "", "FILE", "a certificate of one's own to show", "",
	    OPT_STRING, AT(tls_cert), REACHES | FRONT_DIAGNOSE, NEED_TLS, false,
	    0 },
	{ 0, "tls-key", "", "FILE", "its private key", "", OPT_STRING,
	    AT(tls_key), REACHES | FRONT_DIAGNOSE, NEED_TLS_CERT, false, 0 },
	{ 0, "tls-sni", "", "HOST", "the name to ask for; \"\" for none", "",
	    OPT_STRING, AT(tls_sni), REACHES | FRONT_DIAGNOSE, NEED_TLS, false,
	    0 },
	{ 0, "tls-protocol", "", "LIST",
	    "versions: 1.2, tlsv1_3, no_tlsv1_2 ...", "", OPT_STRING,
	    AT(tls_protocol), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_TLS,
	    false, 0 },
	{ 0, "tls-cipher", "", "LIST", "ciphers, as OpenSSL lists them", "",
	    OPT_STRING, AT(tls_cipher), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_TLS, false, 0 },
	{ 0, "tls-save-peer-cert", "", "FILE",
	    "write what the server presented (PEM)", "", OPT_STRING,
	    AT(tls_save), CLIENT, NEED_TLS, false, 0 },
	{ 0, "tls-expires-within", "", "DAYS",
	    "fail (77) where the certificate expires in 14d, 2w, 36h", "",
	    OPT_STRING, AT(tls_expires), CLIENT, NEED_TLS, false, 0 },
	{ 0, "auth", "", "[MECHANISM]",
	    "authenticate: the strongest offered, or that one", "AUTH",
	    OPT_AUTH, 0, REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "auth-user", "", "NAME", "as this user", "", OPT_STRING,
	    AT(auth_user), REACHES | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 0, "auth-password-file", "", "FILE",
	    "the password (or token) is in FILE, mode 0600", "", OPT_STRING,
	    AT(auth_file), REACHES | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 0, "auth-password-fd", "", "NUMBER", "it is read from a descriptor",
	    "", OPT_NUMBER, AT(auth_fd), REACHES | FRONT_DIAGNOSE, NEED_AUTH,
	    false, 0 },
	{ 0, "auth-password-command", "", "COMMAND", "a program prints it", "",
	    OPT_STRING, AT(auth_command), REACHES | FRONT_DIAGNOSE, NEED_AUTH,
	    false, 0 },
	{ 0, "netrc", "", "", "it is in ~/.netrc", "", OPT_FLAG, AT(netrc),
	    REACHES | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 0, "auth-insecure", "", "", "let a password go in clear text", "",
	    OPT_FLAG, AT(auth_insecure), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_AUTH, false, 0 },
	{ 'q', "quiet", "", "", "show no conversation, errors only",
	    "What is shown", OPT_FLAG, AT(quiet), SESSION | FRONT_LOAD,
	    NEED_NOTHING, false, 0 },
	{ 0, "no-remarks", "", "", "do not explain replies", "", OPT_SETTING, 0,
	    CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "color", "colour", "auto|always|never",
	    "mark replies by colour; NO_COLOR is honoured", "", OPT_SETTING, 0,
	    CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "lint", "", "",
	    "remark on each breach of the protocol's rules by the server", "",
	    OPT_FLAG, AT(lint), CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "lint-ignore", "", "RULE", "but not of this rule (repeatable)", "",
	    OPT_LIST, AT(lint_ignore), CLIENT, NEED_LINT, false, 0 },
	{ 0, "timeline", "", "", "draw where the time went, as bars", "",
	    OPT_FLAG, AT(timeline), CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "format", "", "text|json|tap", "the form of the output", "",
	    OPT_STRING, AT(format),
	    REACHES | FRONT_MERGE | FRONT_DIAGNOSE | FRONT_SERVE, NEED_NOTHING,
	    false, 0 },
	{ 0, "junit", "", "FILE", "write JUnit XML as well", "", OPT_STRING,
	    AT(junit), CLIENT, NEED_NOTHING, true, 0 },
	{ 0, "report", "", "FILE", "write a page of the run, for browsers", "",
	    OPT_STRING, AT(report), REACHES | FRONT_MERGE | FRONT_DIAGNOSE,
	    NEED_NOTHING, true, 0 },
	{ 0, "record", "", "FILE", "write the conversation; it replays with -f",
	    "", OPT_STRING, AT(record), CLIENT, NEED_NOTHING, true, 0 },
	{ 0, "load", "", "", "mail from many sessions at once, and measure it",
	    "Load", OPT_FLAG, AT(load), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "sessions", "", "NUMBER",
	    "so many at once (10; for --eml and its like 1)", "", OPT_NUMBER,
	    AT(sessions), LOADS | FRONT_MESSAGE, NEED_NOTHING, false, 1 },
	{ 0, "messages", "", "NUMBER", "end after so many messages", "",
	    OPT_NUMBER, AT(messages), LOADS, NEED_NOTHING, false, 1 },
	{ 0, "duration", "", "DURATION", "end after that time", "", OPT_STRING,
	    AT(duration), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "rate", "", "NUMBER",
	    "messages a second by a schedule (as fast as it goes)", "",
	    OPT_STRING, AT(rate), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "arrivals", "", "constant|poisson",
	    "with --rate: evenly, or as independent senders do", "", OPT_STRING,
	    AT(arrivals), LOADS, NEED_RATE, false, 0 },
	{ 0, "ramp", "", "DURATION", "begin the sessions over that time", "",
	    OPT_STRING, AT(ramp), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "keep", "", "NUMBER",
	    "messages a connection (all); 1 connects for each", "", OPT_NUMBER,
	    AT(keep), LOADS, NEED_NOTHING, false, 1 },
	{ 0, "pipeline", "", "",
	    "commands in groups, the text with the next message's", "",
	    OPT_FLAG, AT(pipeline), LOADS, NEED_BUILTIN, false, 0 },
	{ 0, "rcpts", "", "NUMBER", "recipients a message", "", OPT_NUMBER,
	    AT(rcpts), LOADS, NEED_BUILTIN, false, 1 },
	{ 0, "think", "", "DURATION", "a session rests so long in between", "",
	    OPT_STRING, AT(think), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "message-size", "", "OCTETS", "make a message that long (1024)",
	    "", OPT_NUMBER, AT(message_size), LOADS, NEED_BUILTIN, false, 1 },
	{ 0, "values", "", "FILE",
	    "variables for each message: a row of a CSV file", "", OPT_STRING,
	    AT(values), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "values-order", "", "turn|random", "which row is next", "",
	    OPT_STRING, AT(values_order), LOADS, NEED_VALUES, false, 0 },
	{ 0, "tls-resume", "", "", "resume TLS sessions where the server lets",
	    "", OPT_FLAG, AT(tls_resume), LOADS, NEED_TLS, false, 0 },
	{ 0, "progress", "", "DURATION", "a line in between, so often", "",
	    OPT_STRING, AT(progress), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "fail-if", "", "CONDITION",
	    "exit 1 if so: 'p99>200ms', 'errors>0.1%' (repeatable)", "",
	    OPT_LIST, AT(fail_if), LOADS | FRONT_MERGE, NEED_NOTHING, false,
	    0 },
	{ 0, "html", "", "FILE",
	    "the same as --report; of a message: its HTML, or @FILE", "",
	    OPT_STRING, AT(html),
	    FRONT_LINES | LOADS | FRONT_MERGE | FRONT_MESSAGE | FRONT_DIAGNOSE,
	    NEED_NOTHING, true, 0 },
	{ 0, "hdr", "", "FILE", "write a log for HdrHistogram and --merge", "",
	    OPT_STRING, AT(hdr), LOADS, NEED_NOTHING, true, 0 },
	{ 0, "merge", "", "FILE", "add up what --hdr wrote, and tell it", "",
	    OPT_WORDS, AT(merge), FRONT_MERGE, NEED_NOTHING, false, 0 },
	{ 0, "shard", "", "K/N",
	    "do part K of N; /N: K as Slurm, Kubernetes, parallel say", "",
	    OPT_STRING, AT(shard), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "start-at", "", "TIME", "begin then, all machines together", "",
	    OPT_STRING, AT(start_at), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "yes-really", "", "", "much load to a public address is meant", "",
	    OPT_FLAG, AT(yes_really), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "serve", "", "[ADDR:]PORT",
	    "be a receiver on loopback, or on ADDR; 0: any port",
	    "The receiver", OPT_STRING, AT(serve), FRONT_SERVE, NEED_NOTHING,
	    true, 0 },
	{ 0, "mock", "", "FILE",
	    "play the server's side of a conversation file", "", OPT_STRING,
	    AT(mock), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_NOTHING, true,
	    0 },
	{ 0, "mock-next", "", "FILE",
	    "for the next connection another file (repeatable)", "", OPT_LIST,
	    AT(mock_next), FRONT_SERVE, NEED_MOCK, false, 0 },
	{ 0, "maildir", "", "FOLDER", "store mail below FOLDER", "", OPT_STRING,
	    AT(maildir), SESSION | FRONT_LOAD, NEED_RECEIVER, false, 0 },
	{ 0, "store", "", "FOLDER",
	    "store each message in FOLDER as a file, .eml", "", OPT_STRING,
	    AT(store), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "show", "", "", "print messages as they come: header, first lines",
	    "", OPT_FLAG, AT(show), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "show-all", "", "", "print the whole of them", "", OPT_FLAG,
	    AT(show_all), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "discard", "", "", "store nothing: mail is counted and forgotten",
	    "", OPT_FLAG, AT(discard), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "mailbox", "", "ADDRESS", "take mail for these only (repeatable)",
	    "", OPT_LIST, AT(mailbox), SESSION | FRONT_LOAD, NEED_RECEIVER,
	    false, 0 },
	{ 0, "size-max", "", "OCTETS", "the largest message", "", OPT_NUMBER,
	    AT(size_max), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_RECEIVER,
	    false, 0 },
	{ 0, "allow-bare", "", "",
	    "keep a bare CR or LF in mail text, not refuse it", "", OPT_FLAG,
	    AT(allow_bare), SESSION | FRONT_LOAD, NEED_RECEIVER, false, 0 },
	{ 0, "cert", "", "FILE", "offer STARTTLS with this certificate", "",
	    OPT_STRING, AT(cert), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_RECEIVER_TLS, false, 0 },
	{ 0, "key", "", "FILE", "its private key", "", OPT_STRING, AT(key),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_CERT, false, 0 },
	{ 0, "self-signed", "", "",
	    "offer STARTTLS with a throw-away certificate", "", OPT_FLAG,
	    AT(self_signed), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_RECEIVER_TLS, false, 0 },
	{ 0, "user", "", "NAME", "offer AUTH to this user", "", OPT_STRING,
	    AT(user), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_PASSWORD,
	    false, 0 },
	{ 0, "password-file", "", "FILE", "whose password is in FILE", "",
	    OPT_STRING, AT(password_file),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_USER, false, 0 },
	{ 0, "count", "", "NUMBER", "end after so many sessions", "",
	    OPT_NUMBER, AT(count), FRONT_SERVE, NEED_NOTHING, false, 1 },
	{ 0, "auth-mechs", "", "LIST",
	    "offer these mechanisms only, commas between", "", OPT_STRING,
	    AT(auth_mechs), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_USER,
	    false, 0 },
	{ 0, "session-max", "", "DURATION", "end a session after so long (30m)",
	    "", OPT_STRING, AT(session_max), FRONT_SERVE, NEED_NOTHING, false,
	    0 },
	{ 0, "client-max", "", "NUMBER",
	    "so many sessions of one client at once (1000)", "", OPT_NUMBER,
	    AT(client_max), FRONT_SERVE, NEED_NOTHING, false, 1 },
	{ 0, "rule", "", "RULE",
	    "misbehave: 'RCPT nth 3 451 later' (repeatable; manual: Rules)", "",
	    OPT_LIST, AT(rule), SESSION | FRONT_LOAD, NEED_RECEIVER, false, 0 },
	{ 0, "rules", "", "FILE", "rules, one a line", "", OPT_STRING,
	    AT(rules), SESSION | FRONT_LOAD, NEED_RECEIVER, true, 0 },
	{ 0, "seed", "", "NUMBER", "where the odds of rules begin (0)", "",
	    OPT_NUMBER, AT(seed), SESSION | FRONT_LOAD, NEED_RULES, false, 0 },
	{ 0, "threads", "", "NUMBER", "serve in so many threads (1)", "",
	    OPT_NUMBER, AT(threads), FRONT_SERVE, NEED_NOTHING, false, 1 },
	{ 0, "grace", "", "DURATION",
	    "at a signal, let what is under way end (1s)", "", OPT_STRING,
	    AT(grace), FRONT_SERVE, NEED_NOTHING, false, 0 },
	{ 0, "run-as", "", "USER", "become this user when the port is bound",
	    "", OPT_STRING, AT(run_as), FRONT_SERVE, NEED_NOTHING, false, 0 },
	{ 0, "explain", "", "WORD", "what is known of a code, verb or keyword",
	    "Other", OPT_WORD, 0, FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "diagnose", "", "",
	    "look for what is wrong with HOST, a domain, or in a FILE", "",
	    OPT_FLAG, AT(diagnose), FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "diagnose-mail", "", "",
	    "with --diagnose: mail the message, too, to the first --to", "",
	    OPT_FLAG, AT(diagnose_mail), FRONT_DIAGNOSE, NEED_NOTHING, false,
	    0 },
	{ 0, "completion", "", "bash|zsh|fish",
	    "print that shell's completion script", "", OPT_STRING,
	    AT(completion), FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "convert", "", "FILE",
	    "print a transcript in smtpsh's language, or another's", "",
	    OPT_STRING, AT(convert), FRONT_TEXTS, NEED_NOTHING, true, 0 },
	{ 0, "to-format", "", "native|telnet|swaks|json|exim",
	    "with --convert: the form that is printed", "", OPT_STRING,
	    AT(to_format), FRONT_TEXTS, NEED_CONVERT, false, 0 },
	{ 0, "reveal", "", "", "with --convert: secrets as the file shows them",
	    "", OPT_FLAG, AT(reveal), FRONT_TEXTS, NEED_CONVERT, false, 0 },
	{ 0, "list", "", "verbs|commands|settings|options|words|hosts|kinds",
	    "print a table's names, for scripts", "", OPT_STRING, AT(list),
	    FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "print-config", "", "HOST",
	    "print what the hosts file and the options say of it", "",
	    OPT_STRING, AT(print_config), FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "no-rc", "", "", "do not read the start-up file", "", OPT_FLAG,
	    AT(no_rc), ANY | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 'h', "help", "", "[GROUP]", "print this, or one of its groups", "",
	    OPT_HELP, 0, FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 'V', "version", "", "", "print the version", "", OPT_FLAG,
	    AT(version), FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0 }
};

_Static_assert(sizeof opt_table / sizeof *opt_table <= OPTS_MAX,
    "struct opts counts them all");

/* How --help GROUP names them. */
static const struct {
	const char *word, *group;
} opt_groups[] = {
	{ "connect", "Where to connect" },
	{ "say", "What to say" },
	{ "message", "One message" },
	{ "many", "Many messages" },
	{ "tls", "TLS" },
	{ "auth", "AUTH" },
	{ "shown", "What is shown" },
	{ "load", "Load" },
	{ "receiver", "The receiver" },
	{ "other", "Other" },
};

#define GROUPS (sizeof opt_groups / sizeof *opt_groups)

static const char *
opts_group(const char *word)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (strcasecmp(opt_groups[i].word, word) == 0 ||
		    strcasecmp(opt_groups[i].group, word) == 0)
			return opt_groups[i].group;
	return NULL;
}

const char *
opts_group_word(size_t i)
{
	return i < GROUPS ? opt_groups[i].word : NULL;
}

bool
opts_is_group(const char *word)
{
	return opts_group(word) != NULL;
}

const struct opt *
opts_find(const char *name, size_t len)
{
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++)
		if ((strlen(t->name) == len &&
			memcmp(t->name, name, len) == 0) ||
		    (t->also[0] != '\0' && strlen(t->also) == len &&
			memcmp(t->also, name, len) == 0))
			return t;
	return NULL;
}

static void
opts_usage_row(struct buf *b, const struct opt *t)
{
	struct buf left = BUF_INIT;
	if (t->letter != 0)
		buf_addf(&left, "  -%c, ", t->letter);
	else
		buf_adds(&left, "      ");
	buf_addf(&left, "--%s%s%s", t->name, t->arg[0] == '\0' ? "" : " ",
	    t->arg[0] == '\0' ? "" : t->arg);
	if (buf_len(&left) < 30)
		buf_addf(b, "%-30s%s\n", buf_str(&left), t->text);
	else
		buf_addf(b, "%s\n%-30s%s\n", buf_str(&left), "", t->text);
	buf_release(&left);
}

static int
opts_usage_group(struct buf *b, const char *word, struct err *e)
{
	const char *group = opts_group(word);
	bool in = false;
	if (group == NULL) {
		struct buf list = BUF_INIT;
		for (size_t i = 0; i < GROUPS; i++)
			buf_addf(&list, "%s%s", i > 0 ? ", " : "",
			    opt_groups[i].word);
		err_set(e, ERR_USAGE, "--help %s: its groups are %s", word,
		    buf_str(&list));
		buf_release(&list);
		return -1;
	}
	buf_addf(b, "%s\n", group);
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		if (t->group[0] != '\0')
			in = strcmp(t->group, group) == 0;
		if (in)
			opts_usage_row(b, t);
	}
	return 0;
}

int
opts_usage(struct buf *b, const char *group, struct err *e)
{
	if (group != NULL)
		return opts_usage_group(b, group, e);
	buf_adds(b,
	    "smtpsh: an SMTP shell\n\n"
	    "  smtpsh [HOST[:PORT] or URL]                the shell\n"
	    "  smtpsh HOST < commands, -c LINE, -f FILE   the same, "
	    "unattended\n"
	    "  smtpsh --from A --to B HOST < message      mail one message\n"
	    "  smtpsh --load [--sessions N] HOST          measure a server\n"
	    "  smtpsh --serve [ADDR:]PORT                 be a receiver\n"
	    "  smtpsh --explain WORD...                   what a code or verb "
	    "means\n");
	for (const struct opt *t = opt_table; t->name[0] != '\0'; t++) {
		if (t->group[0] != '\0')
			buf_addf(b, "\n%s\n", t->group);
		opts_usage_row(b, t);
	}
	buf_adds(b, "\nExit status: 0 well, 1 an expectation failed, 69 "
		    "refused for good (5yz), 75 for\nnow (4yz) or no "
		    "connection; the manual, smtpsh(1), has them all.\n");
	return 0;
}
