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
	{ 's', "server", NULL, "HOST",
	    "connect to HOST[:PORT], as HOST alone does", "Where to connect",
	    OPT_STRING, AT(host), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false,
	    0 },
	{ 'p', "port", NULL, "PORT", "its port or service name (25, LMTP 24)",
	    NULL, OPT_STRING, AT(port), REACHES | FRONT_DIAGNOSE, NEED_TCP,
	    false, 0 },
	{ 0, "lmtp", NULL, NULL, "speak LMTP (RFC 2033)", NULL, OPT_FLAG,
	    AT(lmtp), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_NOTHING,
	    false, 0 },
	{ 0, "socket", NULL, "FILE", "connect to a Unix socket", NULL,
	    OPT_STRING, AT(socket), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 0, "pipe", NULL, "COMMAND",
	    "speak with a program's standard input and output", NULL,
	    OPT_STRING, AT(pipe), REACHES, NEED_NOTHING, false, 0 },
	{ 0, "sandbox", NULL, NULL,
	    "speak with the embedded receiver, in this process", NULL, OPT_FLAG,
	    AT(sandbox), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ '4', "ipv4", NULL, NULL, "IPv4 addresses only", NULL, OPT_FAMILY,
	    AT(family), REACHES | FRONT_DIAGNOSE, NEED_TCP, false, AF_INET },
	{ '6', "ipv6", NULL, NULL, "IPv6 addresses only", NULL, OPT_FAMILY,
	    AT(family), REACHES | FRONT_DIAGNOSE, NEED_TCP, false, AF_INET6 },
	{ 0, "bind", NULL, "ADDR", "connect from this local address", NULL,
	    OPT_STRING, AT(bind), REACHES | FRONT_DIAGNOSE, NEED_TCP, false,
	    0 },
	{ 0, "mx", NULL, "DOMAIN",
	    "connect to the hosts that take mail for DOMAIN", NULL, OPT_STRING,
	    AT(mx), REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "mx-all", NULL, NULL, "with --mx: run with each of them in turn",
	    NULL, OPT_FLAG, AT(mx_all), UNATTENDED, NEED_RUN, false, 0 },
	{ 0, "dane", NULL, NULL, "let TLSA records decide on TLS (RFC 7672)",
	    NULL, OPT_FLAG, AT(dane), REACHES | FRONT_DIAGNOSE, NEED_TCP, false,
	    0 },
	{ 0, "resolver", NULL, "ADDR[:PORT]", "ask this name server", NULL,
	    OPT_STRING, AT(resolver), REACHES | FRONT_DIAGNOSE, NEED_DNS, false,
	    0 },
	{ 0, "trust-anchor", NULL, "FILE", "believe DNSSEC from these keys on",
	    NULL, OPT_STRING, AT(trust_anchor), REACHES | FRONT_DIAGNOSE,
	    NEED_ANCHOR, false, 0 },
	{ 0, "proxy", NULL, "URL",
	    "by way of socks5://[USER:PW@]HOST or http://HOST", NULL,
	    OPT_STRING, AT(proxy), REACHES | FRONT_DIAGNOSE, NEED_TCP, false,
	    0 },
	{ 0, "proxy-protocol", NULL, "1|2",
	    "send the PROXY protocol's header first", NULL, OPT_STRING,
	    AT(proxy_protocol), REACHES | FRONT_DIAGNOSE, NEED_SOCKET, false,
	    0 },
	{ 0, "timeout", NULL, "DURATION",
	    "wait so long for each reply (RFC 5321's times)", NULL, OPT_SETTING,
	    0, REACHES, NEED_NOTHING, false, 0 },
	{ 'c', "command", NULL, "LINE",
	    "run a line of the language (repeatable)", "What to say", OPT_LINE,
	    0, FRONT_LINES, NEED_NOTHING, false, 0 },
	{ 'f', "file", NULL, "FILE",
	    "run a conversation file, a folder's *.smtp, or - (repeatable)",
	    NULL, OPT_FILE, 0, FRONT_LINES | FRONT_LOAD, NEED_NOTHING, false,
	    0 },
	{ 0, "trust", NULL, NULL,
	    "let files leave their folder, and the server", NULL, OPT_FLAG,
	    AT(trust), TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "jobs", NULL, "NUMBER", "run so many files at a time, a line each",
	    NULL, OPT_NUMBER, AT(jobs), FRONT_LINES, NEED_FILE, false, 1 },
	{ 'D', "define", NULL, "NAME=VALUE", "set a variable (repeatable)",
	    NULL, OPT_LIST, AT(define), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_VARS, false, 0 },
	{ 0, "dialect", NULL, "821|5321",
	    "S: is the sender (821) or the server (5321)", NULL, OPT_STRING,
	    AT(dialect), SESSION | FRONT_LOAD | FRONT_TEXTS, NEED_TAGS, false,
	    0 },
	{ 0, "as", NULL, "KIND",
	    "read a transcript as of that program (--list kinds)", NULL,
	    OPT_STRING, AT(as), SESSION | FRONT_LOAD | FRONT_TEXTS, NEED_TAGS,
	    false, 0 },
	{ 0, "session", NULL, "NUMBER", "which of several in a transcript (1)",
	    NULL, OPT_NUMBER, AT(session), SESSION | FRONT_LOAD | FRONT_TEXTS,
	    NEED_TAGS, false, 1 },
	{ 0, "bare", NULL, NULL, "send nothing that was not written", NULL,
	    OPT_SETTING, 0, TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "early", NULL, NULL, "send lines before the greeting has come",
	    NULL, OPT_SETTING, 0, TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "stop", NULL, NULL, "end at the first refusal", NULL, OPT_SETTING,
	    0, REACHES, NEED_NOTHING, false, 0 },
	{ 0, "keep-going", NULL, NULL, "go on after a missed expectation", NULL,
	    OPT_SETTING, 0, TALKED | FRONT_LOAD, NEED_NOTHING, false, 0 },
	{ 0, "from", NULL, "ADDRESS", "reverse-path; <> for the null path",
	    "One message", OPT_STRING, AT(from), REACHES | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 't', "to", NULL, "ADDRESS", "forward-path, commas between several",
	    NULL, OPT_LIST, AT(to), UNATTENDED | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 0, "cc", NULL, "ADDRESS", "the same, and named in Cc", NULL, OPT_LIST,
	    AT(cc), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "bcc", NULL, "ADDRESS", "the same, and named nowhere", NULL,
	    OPT_LIST, AT(bcc), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "helo", NULL, "DOMAIN", "the name to give in EHLO or HELO", NULL,
	    OPT_STRING, AT(helo), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_NOTHING, false, 0 },
	{ 0, "data", NULL, "FILE",
	    "the message (standard input, if it is no terminal)", NULL,
	    OPT_STRING, AT(data), MAILS | FRONT_DIAGNOSE, NEED_NOTHING, true,
	    0 },
	{ 0, "header", NULL, "HEADER",
	    "add this line, or put it in place of its like", NULL, OPT_LIST,
	    AT(header), MAILS, NEED_NOTHING, false, 0 },
	{ 0, "body", NULL, "TEXT",
	    "make a message with this text; @FILE: with that", NULL, OPT_STRING,
	    AT(body), MAILS, NEED_NOTHING, true, 0 },
	{ 0, "subject", NULL, "TEXT", "make a message with this subject", NULL,
	    OPT_STRING, AT(subject), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "attach", NULL, "FILE", "with this file: FILE[;type=..][;name=..]",
	    NULL, OPT_LIST, AT(attach), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "inline", NULL, "FILE",
	    "with a file that the HTML shows as cid:NAME", NULL, OPT_LIST,
	    AT(inlined), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "reply-to", NULL, "ADDRESS", "where answers are to go", NULL,
	    OPT_STRING, AT(reply_to), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "dry-run", NULL, NULL, "print the message, and send nothing", NULL,
	    OPT_FLAG, AT(dry_run), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "mail-param", NULL, "PARAMETER",
	    "add to MAIL, as RET=HDRS (repeatable)", NULL, OPT_LIST,
	    AT(mail_param), MAILS, NEED_NOTHING, false, 0 },
	{ 0, "rcpt-param", NULL, "PARAMETER",
	    "add to each RCPT, as NOTIFY=NEVER (repeatable)", NULL, OPT_LIST,
	    AT(rcpt_param), MAILS, NEED_NOTHING, false, 0 },
	{ 0, "chunk", NULL, "OCTETS",
	    "send by BDAT, in chunks of so many octets", NULL, OPT_NUMBER,
	    AT(chunk), MAILS, NEED_NOTHING, false, 1 },
	{ 0, "quit-after", NULL, "connect|helo|mail|rcpt|data",
	    "stop behind that stage with QUIT; mail nothing", NULL, OPT_STRING,
	    AT(quit_after), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "no-pipelining", NULL, NULL,
	    "wait for each reply, whatever is offered", NULL, OPT_FLAG,
	    AT(no_pipelining), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "partial", NULL, "ok|fail",
	    "taken for some recipients: status 0, or 2 (fail)", NULL,
	    OPT_STRING, AT(partial), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "retry", NULL, "NUMBER",
	    "try again so often what is refused for now", NULL, OPT_NUMBER,
	    AT(retry), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "retry-wait", NULL, "DURATION",
	    "wait so long first, then twice as long (30s)", NULL, OPT_STRING,
	    AT(retry_wait), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "eml", NULL, "FILE",
	    "mail this message, or a folder of them (repeatable)",
	    "Many messages", OPT_LIST, AT(eml), FRONT_MESSAGE, NEED_NOTHING,
	    false, 0 },
	{ 0, "mbox", NULL, "FILE", "mail what is in an mbox", NULL, OPT_LIST,
	    AT(mbox), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "maildir-from", NULL, "FOLDER", "mail what is in a Maildir", NULL,
	    OPT_LIST, AT(maildir_from), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "envelope", NULL, "headers|options",
	    "from and to whom each message itself says", NULL, OPT_STRING,
	    AT(envelope), FRONT_MESSAGE, NEED_MANY, false, 0 },
	{ 0, "to-file", NULL, "FILE", "recipients, one a line", NULL,
	    OPT_STRING, AT(to_file), FRONT_MESSAGE, NEED_NOTHING, false, 0 },
	{ 0, "stop-after", NULL, "NUMBER",
	    "end behind so many messages that failed", NULL, OPT_NUMBER,
	    AT(stop_after), FRONT_MESSAGE, NEED_MANY, false, 1 },
	{ 0, "resume", NULL, "FILE",
	    "keep there what was taken, and send it once", NULL, OPT_STRING,
	    AT(resume), FRONT_MESSAGE, NEED_MANY, false, 0 },
	{ 0, "repeat-unknown", NULL, NULL,
	    "send again what may have been taken", NULL, OPT_FLAG,
	    AT(repeat_unknown), FRONT_MESSAGE, NEED_RESUME, false, 0 },
	{ 0, "tls", NULL, NULL, "STARTTLS must succeed, the certificate too",
	    "TLS", OPT_FLAG, AT(tls), REACHES | FRONT_DIAGNOSE, NEED_NOTHING,
	    false, 0 },
	{ 0, "tls-optional", NULL, NULL, "STARTTLS when it is offered", NULL,
	    OPT_FLAG, AT(tls_optional), REACHES | FRONT_DIAGNOSE, NEED_NOTHING,
	    false, 0 },
	{ 0, "tls-on-connect", NULL, NULL, "TLS from the start (port 465)",
	    NULL, OPT_FLAG, AT(tls_on_connect),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "tls-verify", NULL, "yes|no", "check the certificate (yes)", NULL,
	    OPT_SETTING, 0, REACHES | FRONT_DIAGNOSE, NEED_TLS, false, 0 },
	{ 0, "tls-verify-host", NULL, "HOST",
	    "the name it must be for, in place of the host's", NULL, OPT_STRING,
	    AT(tls_verify_host), REACHES | FRONT_DIAGNOSE, NEED_TLS, false, 0 },
	{ 0, "tls-ca", NULL, "FILE",
	    "who may have signed it: PEM file or folder", NULL, OPT_STRING,
	    AT(tls_ca), REACHES | FRONT_DIAGNOSE, NEED_TLS, false, 0 },
	{ 0, "tls-cert", NULL, "FILE", "a certificate of one's own to show",
	    NULL, OPT_STRING, AT(tls_cert), REACHES | FRONT_DIAGNOSE, NEED_TLS,
	    false, 0 },
	{ 0, "tls-key", NULL, "FILE", "its private key", NULL, OPT_STRING,
	    AT(tls_key), REACHES | FRONT_DIAGNOSE, NEED_TLS_CERT, false, 0 },
	{ 0, "tls-sni", NULL, "HOST", "the name to ask for; \"\" for none",
	    NULL, OPT_STRING, AT(tls_sni), REACHES | FRONT_DIAGNOSE, NEED_TLS,
	    false, 0 },
	{ 0, "tls-protocol", NULL, "LIST",
	    "versions: 1.2, tlsv1_3, no_tlsv1_2 ...", NULL, OPT_STRING,
	    AT(tls_protocol), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_TLS,
	    false, 0 },
	{ 0, "tls-cipher", NULL, "LIST", "ciphers, as OpenSSL lists them", NULL,
	    OPT_STRING, AT(tls_cipher), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_TLS, false, 0 },
	{ 0, "tls-save-peer-cert", NULL, "FILE",
	    "write what the server presented (PEM)", NULL, OPT_STRING,
	    AT(tls_save), CLIENT, NEED_TLS, false, 0 },
	{ 0, "tls-expires-within", NULL, "DAYS",
	    "fail (77) where the certificate expires in 14d, 2w, 36h", NULL,
	    OPT_STRING, AT(tls_expires), CLIENT, NEED_TLS, false, 0 },
	{ 0, "auth", NULL, "[MECHANISM]",
	    "authenticate: the strongest offered, or that one", "AUTH",
	    OPT_AUTH, 0, REACHES | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "auth-user", NULL, "NAME", "as this user", NULL, OPT_STRING,
	    AT(auth_user), REACHES | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 0, "auth-password-file", NULL, "FILE",
	    "the password (or token) is in FILE, mode 0600", NULL, OPT_STRING,
	    AT(auth_file), REACHES | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 0, "auth-password-fd", NULL, "NUMBER", "it is read from a descriptor",
	    NULL, OPT_NUMBER, AT(auth_fd), REACHES | FRONT_DIAGNOSE, NEED_AUTH,
	    false, 0 },
	{ 0, "auth-password-command", NULL, "COMMAND", "a program prints it",
	    NULL, OPT_STRING, AT(auth_command), REACHES | FRONT_DIAGNOSE,
	    NEED_AUTH, false, 0 },
	{ 0, "netrc", NULL, NULL, "it is in ~/.netrc", NULL, OPT_FLAG,
	    AT(netrc), REACHES | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 0, "auth-insecure", NULL, NULL, "let a password go in clear text",
	    NULL, OPT_FLAG, AT(auth_insecure),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_AUTH, false, 0 },
	{ 'q', "quiet", NULL, NULL, "show no conversation, errors only",
	    "What is shown", OPT_FLAG, AT(quiet), SESSION | FRONT_LOAD,
	    NEED_NOTHING, false, 0 },
	{ 0, "no-remarks", NULL, NULL, "do not explain replies", NULL,
	    OPT_SETTING, 0, CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "color", "colour", "auto|always|never",
	    "mark replies by colour; NO_COLOR is honoured", NULL, OPT_SETTING,
	    0, CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "lint", NULL, NULL,
	    "remark on each breach of the protocol's rules by the server", NULL,
	    OPT_FLAG, AT(lint), CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "lint-ignore", NULL, "RULE", "but not of this rule (repeatable)",
	    NULL, OPT_LIST, AT(lint_ignore), CLIENT, NEED_LINT, false, 0 },
	{ 0, "timeline", NULL, NULL, "draw where the time went, as bars", NULL,
	    OPT_FLAG, AT(timeline), CLIENT, NEED_NOTHING, false, 0 },
	{ 0, "format", NULL, "text|json|tap", "the form of the output", NULL,
	    OPT_STRING, AT(format),
	    REACHES | FRONT_MERGE | FRONT_DIAGNOSE | FRONT_SERVE, NEED_NOTHING,
	    false, 0 },
	{ 0, "junit", NULL, "FILE", "write JUnit XML as well", NULL, OPT_STRING,
	    AT(junit), CLIENT, NEED_NOTHING, true, 0 },
	{ 0, "report", NULL, "FILE", "write a page of the run, for browsers",
	    NULL, OPT_STRING, AT(report),
	    REACHES | FRONT_MERGE | FRONT_DIAGNOSE, NEED_NOTHING, true, 0 },
	{ 0, "record", NULL, "FILE",
	    "write the conversation; it replays with -f", NULL, OPT_STRING,
	    AT(record), CLIENT, NEED_NOTHING, true, 0 },
	{ 0, "load", NULL, NULL,
	    "mail from many sessions at once, and measure it", "Load", OPT_FLAG,
	    AT(load), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "sessions", NULL, "NUMBER",
	    "so many at once (10; for --eml and its like 1)", NULL, OPT_NUMBER,
	    AT(sessions), LOADS | FRONT_MESSAGE, NEED_NOTHING, false, 1 },
	{ 0, "messages", NULL, "NUMBER", "end after so many messages", NULL,
	    OPT_NUMBER, AT(messages), LOADS, NEED_NOTHING, false, 1 },
	{ 0, "duration", NULL, "DURATION", "end after that time", NULL,
	    OPT_STRING, AT(duration), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "rate", NULL, "NUMBER",
	    "messages a second by a schedule (as fast as it goes)", NULL,
	    OPT_STRING, AT(rate), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "arrivals", NULL, "constant|poisson",
	    "with --rate: evenly, or as independent senders do", NULL,
	    OPT_STRING, AT(arrivals), LOADS, NEED_RATE, false, 0 },
	{ 0, "ramp", NULL, "DURATION", "begin the sessions over that time",
	    NULL, OPT_STRING, AT(ramp), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "keep", NULL, "NUMBER",
	    "messages a connection (all); 1 connects for each", NULL,
	    OPT_NUMBER, AT(keep), LOADS, NEED_NOTHING, false, 1 },
	{ 0, "pipeline", NULL, NULL,
	    "commands in groups, the text with the next message's", NULL,
	    OPT_FLAG, AT(pipeline), LOADS, NEED_BUILTIN, false, 0 },
	{ 0, "rcpts", NULL, "NUMBER", "recipients a message", NULL, OPT_NUMBER,
	    AT(rcpts), LOADS, NEED_BUILTIN, false, 1 },
	{ 0, "think", NULL, "DURATION", "a session rests so long in between",
	    NULL, OPT_STRING, AT(think), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "message-size", NULL, "OCTETS", "make a message that long (1024)",
	    NULL, OPT_NUMBER, AT(message_size), LOADS, NEED_BUILTIN, false, 1 },
	{ 0, "values", NULL, "FILE",
	    "variables for each message: a row of a CSV file", NULL, OPT_STRING,
	    AT(values), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "values-order", NULL, "turn|random", "which row is next", NULL,
	    OPT_STRING, AT(values_order), LOADS, NEED_VALUES, false, 0 },
	{ 0, "tls-resume", NULL, NULL,
	    "resume TLS sessions where the server lets", NULL, OPT_FLAG,
	    AT(tls_resume), LOADS, NEED_TLS, false, 0 },
	{ 0, "progress", NULL, "DURATION", "a line in between, so often", NULL,
	    OPT_STRING, AT(progress), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "fail-if", NULL, "CONDITION",
	    "exit 1 if so: 'p99>200ms', 'errors>0.1%' (repeatable)", NULL,
	    OPT_LIST, AT(fail_if), LOADS | FRONT_MERGE, NEED_NOTHING, false,
	    0 },
	{ 0, "html", NULL, "FILE",
	    "the same as --report; of a message: its HTML, or @FILE", NULL,
	    OPT_STRING, AT(html),
	    FRONT_LINES | LOADS | FRONT_MERGE | FRONT_MESSAGE | FRONT_DIAGNOSE,
	    NEED_NOTHING, true, 0 },
	{ 0, "hdr", NULL, "FILE", "write a log for HdrHistogram and --merge",
	    NULL, OPT_STRING, AT(hdr), LOADS, NEED_NOTHING, true, 0 },
	{ 0, "merge", NULL, "FILE", "add up what --hdr wrote, and tell it",
	    NULL, OPT_WORDS, AT(merge), FRONT_MERGE, NEED_NOTHING, false, 0 },
	{ 0, "shard", NULL, "K/N",
	    "do part K of N; /N: K as Slurm, Kubernetes, parallel say", NULL,
	    OPT_STRING, AT(shard), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "start-at", NULL, "TIME", "begin then, all machines together",
	    NULL, OPT_STRING, AT(start_at), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "yes-really", NULL, NULL, "much load to a public address is meant",
	    NULL, OPT_FLAG, AT(yes_really), LOADS, NEED_NOTHING, false, 0 },
	{ 0, "serve", NULL, "[ADDR:]PORT",
	    "be a receiver on loopback, or on ADDR; 0: any port",
	    "The receiver", OPT_STRING, AT(serve), FRONT_SERVE, NEED_NOTHING,
	    true, 0 },
	{ 0, "mock", NULL, "FILE",
	    "play the server's side of a conversation file", NULL, OPT_STRING,
	    AT(mock), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_NOTHING, true,
	    0 },
	{ 0, "mock-next", NULL, "FILE",
	    "for the next connection another file (repeatable)", NULL, OPT_LIST,
	    AT(mock_next), FRONT_SERVE, NEED_MOCK, false, 0 },
	{ 0, "maildir", NULL, "FOLDER", "store mail below FOLDER", NULL,
	    OPT_STRING, AT(maildir), SESSION | FRONT_LOAD, NEED_RECEIVER, false,
	    0 },
	{ 0, "store", NULL, "FOLDER",
	    "store each message in FOLDER as a file, .eml", NULL, OPT_STRING,
	    AT(store), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "show", NULL, NULL,
	    "print messages as they come: header, first lines", NULL, OPT_FLAG,
	    AT(show), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "show-all", NULL, NULL, "print the whole of them", NULL, OPT_FLAG,
	    AT(show_all), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "discard", NULL, NULL,
	    "store nothing: mail is counted and forgotten", NULL, OPT_FLAG,
	    AT(discard), FRONT_SERVE, NEED_RECEIVER, false, 0 },
	{ 0, "mailbox", NULL, "ADDRESS",
	    "take mail for these only (repeatable)", NULL, OPT_LIST,
	    AT(mailbox), SESSION | FRONT_LOAD, NEED_RECEIVER, false, 0 },
	{ 0, "size-max", NULL, "OCTETS", "the largest message", NULL,
	    OPT_NUMBER, AT(size_max), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_RECEIVER, false, 0 },
	{ 0, "allow-bare", NULL, NULL,
	    "keep a bare CR or LF in mail text, not refuse it", NULL, OPT_FLAG,
	    AT(allow_bare), SESSION | FRONT_LOAD, NEED_RECEIVER, false, 0 },
	{ 0, "cert", NULL, "FILE", "offer STARTTLS with this certificate", NULL,
	    OPT_STRING, AT(cert), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_RECEIVER_TLS, false, 0 },
	{ 0, "key", NULL, "FILE", "its private key", NULL, OPT_STRING, AT(key),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_CERT, false, 0 },
	{ 0, "self-signed", NULL, NULL,
	    "offer STARTTLS with a throw-away certificate", NULL, OPT_FLAG,
	    AT(self_signed), SESSION | FRONT_LOAD | FRONT_DIAGNOSE,
	    NEED_RECEIVER_TLS, false, 0 },
	{ 0, "user", NULL, "NAME", "offer AUTH to this user", NULL, OPT_STRING,
	    AT(user), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_PASSWORD,
	    false, 0 },
	{ 0, "password-file", NULL, "FILE", "whose password is in FILE", NULL,
	    OPT_STRING, AT(password_file),
	    SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_USER, false, 0 },
	{ 0, "count", NULL, "NUMBER", "end after so many sessions", NULL,
	    OPT_NUMBER, AT(count), FRONT_SERVE, NEED_NOTHING, false, 1 },
	{ 0, "auth-mechs", NULL, "LIST",
	    "offer these mechanisms only, commas between", NULL, OPT_STRING,
	    AT(auth_mechs), SESSION | FRONT_LOAD | FRONT_DIAGNOSE, NEED_USER,
	    false, 0 },
	{ 0, "session-max", NULL, "DURATION",
	    "end a session after so long (30m)", NULL, OPT_STRING,
	    AT(session_max), FRONT_SERVE, NEED_NOTHING, false, 0 },
	{ 0, "client-max", NULL, "NUMBER",
	    "so many sessions of one client at once (1000)", NULL, OPT_NUMBER,
	    AT(client_max), FRONT_SERVE, NEED_NOTHING, false, 1 },
	{ 0, "rule", NULL, "RULE",
	    "misbehave, as in 'RCPT nth 3 451 later' (repeatable)", NULL,
	    OPT_LIST, AT(rule), SESSION | FRONT_LOAD, NEED_RECEIVER, false, 0 },
	{ 0, "rules", NULL, "FILE", "rules, one a line", NULL, OPT_STRING,
	    AT(rules), SESSION | FRONT_LOAD, NEED_RECEIVER, true, 0 },
	{ 0, "seed", NULL, "NUMBER", "where the odds of rules begin (0)", NULL,
	    OPT_NUMBER, AT(seed), SESSION | FRONT_LOAD, NEED_RULES, false, 0 },
	{ 0, "threads", NULL, "NUMBER", "serve in so many threads (1)", NULL,
	    OPT_NUMBER, AT(threads), FRONT_SERVE, NEED_NOTHING, false, 1 },
	{ 0, "grace", NULL, "DURATION",
	    "at a signal, let what is under way end (1s)", NULL, OPT_STRING,
	    AT(grace), FRONT_SERVE, NEED_NOTHING, false, 0 },
	{ 0, "run-as", NULL, "USER", "become this user when the port is bound",
	    NULL, OPT_STRING, AT(run_as), FRONT_SERVE, NEED_NOTHING, false, 0 },
	{ 0, "explain", NULL, "WORD",
	    "what is known of a code, verb or keyword", "Other", OPT_WORD, 0,
	    FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "diagnose", NULL, NULL,
	    "look for what is wrong with HOST, a domain, or in a FILE", NULL,
	    OPT_FLAG, AT(diagnose), FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 0, "diagnose-mail", NULL, NULL,
	    "with --diagnose: mail the message, too, to the first --to", NULL,
	    OPT_FLAG, AT(diagnose_mail), FRONT_DIAGNOSE, NEED_NOTHING, false,
	    0 },
	{ 0, "completion", NULL, "bash|zsh|fish",
	    "print that shell's completion script", NULL, OPT_STRING,
	    AT(completion), FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "convert", NULL, "FILE",
	    "print a transcript in smtpsh's language, or another's", NULL,
	    OPT_STRING, AT(convert), FRONT_TEXTS, NEED_NOTHING, true, 0 },
	{ 0, "to-format", NULL, "native|telnet|swaks|json|exim",
	    "with --convert: the form that is printed", NULL, OPT_STRING,
	    AT(to_format), FRONT_TEXTS, NEED_CONVERT, false, 0 },
	{ 0, "list", NULL, "verbs|commands|settings|options|words|hosts|kinds",
	    "print a table's names, for scripts", NULL, OPT_STRING, AT(list),
	    FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "print-config", NULL, "HOST",
	    "print what the hosts file and the options say of it", NULL,
	    OPT_STRING, AT(print_config), FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 0, "no-rc", NULL, NULL, "do not read the start-up file", NULL,
	    OPT_FLAG, AT(no_rc), ANY | FRONT_DIAGNOSE, NEED_NOTHING, false, 0 },
	{ 'h', "help", NULL, "[GROUP]", "print this, or one of its groups",
	    NULL, OPT_HELP, 0, FRONT_TEXTS, NEED_NOTHING, false, 0 },
	{ 'V', "version", NULL, NULL, "print the version", NULL, OPT_FLAG,
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
	for (const struct opt *t = opt_table; t->name != NULL; t++)
		if ((strlen(t->name) == len &&
			memcmp(t->name, name, len) == 0) ||
		    (t->also != NULL && strlen(t->also) == len &&
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
	buf_addf(&left, "--%s%s%s", t->name, t->arg == NULL ? "" : " ",
	    t->arg == NULL ? "" : t->arg);
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
	for (const struct opt *t = opt_table; t->name != NULL; t++) {
		if (t->group != NULL)
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
	for (const struct opt *t = opt_table; t->name != NULL; t++) {
		if (t->group != NULL)
			buf_addf(b, "\n%s\n", t->group);
		opts_usage_row(b, t);
	}
	buf_adds(b, "\nExit status: 0 well, 1 an expectation failed, 69 "
		    "refused for good (5yz), 75 for\nnow (4yz) or no "
		    "connection; the manual, smtpsh(1), has them all.\n");
	return 0;
}
