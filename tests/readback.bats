#!/usr/bin/env bats
# Messages made here, as others read them: the same parts, names and octets.

bats_require_minimum_version 1.5.0
load helper

# The messages are made once.
setup_file() {
	command -v python3 >/dev/null || return 0
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR smtpsh_setup
	recorder
	driver
	SMTPSH=$SMTPSH python3 driver.py make >made.log 2>&1 || true
}

setup() {
	command -v python3 >/dev/null || skip "python3 is not installed"
	smtpsh_setup
}

# reads READER: every message comes back from it as it was made.
reads() {
	ends 0 python3 "$BATS_FILE_TMPDIR/driver.py" "$1" || {
		cat "$BATS_FILE_TMPDIR/made.log"
		return 1
	}
}

# driver.py make: makes each message of the matrix beside itself, and looks at
# its octets. driver.py READER: asks that one for their parts.
driver() {
	cat >driver.py <<'END'
import email, email.policy, hashlib, os, pty, re, select, shutil, signal, subprocess, sys, urllib.parse
reader, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))

def octets(n):
    return b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(n // 32 + 1))[:n]

def cjk(n):
    return "日本語" * n

# Label, the text (None: none), files as (name, octets, type), other options,
# header fields that must come back.
MATRIX = [
    ("plain", "Hello\n", [], [], {"Subject": "s"}),
    ("empty", "", [], [], {}),
    ("dots", ".\n..\n...x\n.\n", [], [], {}),
    ("from", "From here\n>From there\n", [], [], {}),
    ("long line", "x" * 5000 + "\n" + "y" * 998 + "\n", [], [], {}),
    ("long words", "é" * 3000 + "\n", [], [], {}),
    ("blanks", "a \nb\t\n \n\n\n", [], [], {}),
    ("no end", "last", [], [], {}),
    ("equals", "=20=\n=?UTF-8?Q?x?=\n", [], [], {}),
    ("wide", cjk(300) + "\n", [], [], {}),
    ("emoji", "\U0001f600 ok\n", [], [], {}),
    ("controls", "a\x01\x7f\x1b[31m\n", [], [], {}),
    ("odd names", "t\n", [(n, octets(100), None) for n in (
        "a b.txt", 'q"uote.txt', "semi colon;x.bin", "päth ünï.txt", "日本語.pdf",
        "..dots", "-rf", "back\\slash", "eq=al.x", "per%cent%20.x", "quote'd.x",
        "L" * 200 + ".bin", "é" * 100 + ".bin", "\U0001f600.png", "(paren).x")], [], {}),
    ("sizes", "t\n", [("f%d" % n, octets(n), None) for n in (0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 8191, 70000)], [], {}),
    ("octets", "t\n", [("nul", bytes(300), None), ("all", bytes(range(256)) * 9, None),
                       ("lf", b"\n" * 500, None), ("cr", b"\r" * 77, None), ("dot", b".\r\n.\n", "text/plain")], [], {}),
    ("latin", "t\n", [("l1.txt", "Gr\xfc\xdfe\n".encode("latin-1"), "text/plain;charset=iso-8859-1")], [], {}),
    ("only a file", None, [("one.bin", octets(1000), None)], [], {}),
    ("subjects", "t\n", [], ["--subject", "Grüße " * 60 + "ende"], {"Subject": "Grüße " * 60 + "ende"}),
    ("encoded", "t\n", [], ["--subject", "=?UTF-8?Q?no?= =?x?="], {"Subject": "=?UTF-8?Q?no?= =?x?="}),
    ("wide subject", "t\n", [], ["--subject", cjk(100)], {"Subject": cjk(100)}),
    ("long subject", "t\n", [], ["--subject", "word " * 300 + "x"], {"Subject": "word " * 300 + "x"}),
    ("unbroken", "t\n", [], ["--subject", "z" * 1500], {"Subject": "z" * 1500}),
    ("names", "t\n", [], ["--to", '"Doe, J. (x)" <j@x.example>, Jörg Ü <u@x.example>', "--cc", "日本 <n@x.example>"],
     {"To": '"Doe, J. (x)" <j@x.example>, Jörg Ü <u@x.example>', "Cc": "日本 <n@x.example>"}),
    ("many", "t\n", [], sum((["--to", "user%d@x.example" % i] for i in range(150)), []), {}),
    ("header", "t\n", [], ["--header", "X-Note: " + "é" * 400, "--header", "X-Long: " + "w " * 700 + "x"],
     {"X-Note": "é" * 400, "X-Long": "w " * 700 + "x"}),
]

def wire():
    data = open("wire", "rb").read()
    text = re.search(rb"\r\nDATA\r\n(.*?\r\n)\.\r\n(?:QUIT|\Z)", data, re.S).group(1)
    lines = text.split(b"\r\n")
    assert max(map(len, lines)) <= 998, "a line of %d" % max(map(len, lines))
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", text), "bare CR or LF"
    assert max(text) < 128, "8-bit"
    assert b"\0" not in text, "NUL"
    return b"\r\n".join(l[1:] if l.startswith(b".") else l for l in lines)

def make(text, files, options):
    shutil.rmtree("files", ignore_errors=True)
    os.mkdir("files")
    args = [os.environ["SMTPSH"], "-q", "--pipe", "bash recorder.sh", "--from", "me@x.example"]
    if "--to" not in options:
        args += ["--to", "a@x.example"]
    if "--subject" not in options:
        args += ["--subject", "s"]
    if text is not None:
        open("text", "w", newline="").write(text)
        args += ["--body", "@text"]
    else:
        args += ["--body", ""]
    for i, (name, data, kind) in enumerate(files):
        open("files/%d" % i, "wb").write(data)
        args += ["--attach", "files/%d;name=%s" % (i, name) + (";type=" + kind if kind else "")]
    if os.path.exists("wire"):
        os.remove("wire")
    subprocess.run(args + options, check=True, stdin=subprocess.DEVNULL)
    return wire()

def ended(text):
    return text if text == "" or text.endswith("\n") else text + "\n"

def by_python(data, text, files, fields):
    m = email.message_from_bytes(data, policy=email.policy.default)
    for name, want in fields.items():
        assert str(m[name]) == want, (name, str(m[name]), want)
    parts = [p for p in m.walk() if not p.is_multipart()]
    for p in m.walk():
        assert not p.defects, p.defects
    assert all("charset" in p["Content-Type"].params for p in parts if p.get_content_maintype() == "text" and not p.get_filename())
    body = parts.pop(0)
    if text is not None:
        got = body.get_payload(decode=True).decode(body.get_content_charset())
        assert got.replace("\r\n", "\n") == ended(text), (got[:100], text[:100])
    assert [p.get_filename() for p in parts] == [n for n, _, _ in files], [p.get_filename() for p in parts]
    assert [p.get_payload(decode=True) for p in parts] == [d for _, d, _ in files]

def mbox():
    shutil.rmtree("out", ignore_errors=True)
    os.mkdir("out")
    with open("m.eml", "rb") as f, open("m.mbox", "wb") as to:
        to.write(b"From me@x.example Fri Nov 27 02:48:12 2026\n")
        to.write(re.sub(rb"(?m)^(?=>*From )", b">", f.read().replace(b"\r\n", b"\n")) + b"\n")

# What the reader has saved, under the names that the message gives; some octets
# of those it may write as %XX.
def saved(files):
    have = {urllib.parse.unquote(f): f for f in os.listdir("out")}
    have.update((f, f) for f in os.listdir("out"))
    for name, data, kind in files:
        if kind is None:
            assert open("out/" + have[name], "rb").read() == data, name

def by_snail(files, fields):
    mbox()
    def snail(*say):
        return subprocess.run(["s-nail", "-:/", "-#", "-Sttycharset=utf-8", "-R", *say, "-Yx", "-f", "../m.mbox"],
            check=True, cwd="out", stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
    snail("-Ywrite 1 .body")
    saved(files)
    if "Subject" in fields:
        got = re.search("^Subject: (.*)$", snail("-Ytype 1").decode(), re.M).group(1)
        assert got == fields["Subject"], got

# It wants a terminal, and a person who waits for it. Of text in another charset
# it asks whether to convert it.
def by_mutt(files):
    if not any(kind is None for _, _, kind in files):
        return
    mbox()
    open("muttrc", "w").write("set charset=utf-8 folder=. move=no quit=yes\n")
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir("out")
        os.environ["TERM"] = "xterm"
        os.execlp("mutt", "mutt", "-n", "-F", "../muttrc", "-R", "-f", "../m.mbox", "-e", "push <view-attachments>")
    seen = b""
    def until(word):
        nonlocal seen
        while word not in seen:
            assert select.select([fd], [], [], 20)[0], (word, seen)
            seen += os.read(fd, 4096)
        seen = seen.split(word, 1)[1]
    until(b"Mutt: Attachments")
    for i, (_, _, kind) in enumerate(files):
        if kind is None:
            os.write(fd, b"%d\rs" % (i + 2))
            until(b"Save to file: ")
            os.write(fd, b"\r")
            until(b"saved")
    os.kill(pid, signal.SIGKILL)
    os.close(fd)
    os.waitpid(pid, 0)
    saved(files)

def unpacked(command, files):
    shutil.rmtree("out", ignore_errors=True)
    os.mkdir("out")
    subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    have = {open(os.path.join(d, f), "rb").read() for d, _, fs in os.walk("out") for f in fs}
    for name, data, kind in files:
        # Nothing is written for nothing; line ends of text are theirs.
        if data and kind is None:
            assert data in have, (name, len(data))

def by_gmime(data, text, files, fields):
    got = subprocess.run(["./gmime", "m.eml"], check=True, capture_output=True).stdout.split(b"\n")
    parts = [l.split(b"\t") for l in got if l.startswith(b"part")]
    head = dict(l[1:].split(b"\t", 1) for l in got if l.startswith(b":"))
    if "Subject" in fields:
        assert head[b"Subject"].decode() == fields["Subject"], head
    parts.pop(0)
    assert [p[1].decode() for p in parts] == [n for n, _, _ in files], parts
    for p, (n, d, _) in zip(parts, files):
        assert p[2].decode() == hashlib.md5(d).hexdigest(), n

failed = 0
for i, (label, text, files, options, fields) in enumerate(MATRIX):
    made = "%s/%d.eml" % (here, i)
    try:
        if reader == "make":
            open(made, "wb").write(make(text, files, options))
            continue
        data = open(made, "rb").read()
        open("m.eml", "wb").write(data)
        if reader == "python":
            by_python(data, text, files, fields)
        elif reader == "gmime":
            by_gmime(data, text, files, fields)
        elif reader == "s-nail":
            by_snail(files, fields)
        elif reader == "mutt":
            by_mutt(files)
        else:
            open("m.eml", "wb").write(data.replace(b"\r\n", b"\n"))
            unpacked(reader, files)
    except (AssertionError, AttributeError, KeyError, OSError, subprocess.CalledProcessError) as e:
        failed = 1
        print("%s: %r" % (label, e))
sys.exit(failed)
END
}

@test "Python's email: parts, names, octets, header fields; no line over 998, nothing bare" {
	reads python
}

@test "munpack: the octets of what is attached" {
	command -v munpack >/dev/null || skip "munpack (mpack) is not installed"
	reads 'cd out && munpack -f -q ../m.eml'
}

@test "ripmime: the octets of what is attached" {
	command -v ripmime >/dev/null || skip "ripmime is not installed"
	reads 'ripmime -i m.eml -d out'
}

@test "s-nail: names, octets, subjects" {
	command -v s-nail >/dev/null || skip "s-nail is not installed"
	reads s-nail
}

@test "mutt: names and octets" {
	command -v mutt >/dev/null || skip "mutt is not installed"
	reads mutt
}

@test "GMime's parser: names and octets" {
	pkg-config --exists gmime-3.0 2>/dev/null || skip "no headers of GMime"
	cat >gmime.c <<'END'
#include <gmime/gmime.h>

static void
part(GMimeObject *up, GMimeObject *o, gpointer arg)
{
	(void)up;
	(void)arg;
	if (!GMIME_IS_PART(o))
		return;
	GMimeStream *mem = g_mime_stream_mem_new();
	const char *name = g_mime_part_get_filename((GMimePart *)o);
	g_mime_data_wrapper_write_to_stream(
	    g_mime_part_get_content((GMimePart *)o), mem);
	GByteArray *a = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)mem);
	char *sum =
	    g_compute_checksum_for_data(G_CHECKSUM_MD5, a->data, a->len);
	printf("part\t%s\t%s\n", name == NULL ? "" : name, sum);
	g_free(sum);
	g_object_unref(mem);
}

int
main(int argc, char **argv)
{
	g_mime_init();
	GMimeStream *s = g_mime_stream_file_open(argv[argc - 1], "r", NULL);
	GMimeParser *p = g_mime_parser_new_with_stream(s);
	GMimeMessage *m = g_mime_parser_construct_message(p, NULL);
	printf(":Subject\t%s\n", g_mime_message_get_subject(m));
	g_mime_message_foreach(m, part, NULL);
	return 0;
}
END
	# shellcheck disable=SC2046 # words
	gcc -o gmime gmime.c $(pkg-config --cflags --libs gmime-3.0)
	reads gmime
}
