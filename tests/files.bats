#!/usr/bin/env bats
# Many conversation files: folders of them, further words of the command line,
# side by side by --jobs.

bats_require_minimum_version 1.5.0

load helper.bash

setup() {
	smtpsh_setup
	RUN=
}

teardown() {
	[ -z "$RUN" ] || kill "$RUN" 2>/dev/null || true
	serve_stop
}

# conversation NAME...: files that pass.
conversation() {
	local name
	for name; do
		mkdir -p "$(dirname "$name")"
		printf 'S: NOOP %s\nR: 250\n' "${name##*/}" >"$name"
	done
}

# The lines that sum files up, without times.
summary() {
	sed -n 's/^\(# [^ ]*: .*\), [0-9.]* [mu]*s$/\1/p' <<<"$output"
}

# meet: the file meet.sh, a server for --pipe. Two of it answer NOOP only when
# both are asked; the one that was asked first answers last.
meet() {
	cat >meet.sh <<'END'
printf '220 meet.example\r\n'
while IFS= read -r line; do
	case ${line%$'\r'} in
	NOOP*)
		if mkdir first 2>/dev/null; then
			read -r _ <late
		else
			echo >late
		fi
		printf '250 met\r\n'
		;;
	QUIT) printf '221 bye\r\n'; exit ;;
	*) printf '250 ok\r\n' ;;
	esac
done
END
	mkfifo late
	rm -rf first
}

@test "a folder: its *.smtp, sorted by name, and no others" {
	conversation t/b.smtp t/a.smtp t/C.smtp t/deep/d.smtp t/.e.smtp
	echo 'no conversation at all' >t/notes.txt
	mkdir t/folder.smtp
	ends 0 "$SMTPSH" --sandbox -f t
	[ "$(said | sed -n 's/^S: NOOP //p' | tr '\n' ' ')" = "C.smtp a.smtp b.smtp " ]
	[ "$(summary)" = "# t/C.smtp: 1 of 1 expectation met
# t/a.smtp: 1 of 1 expectation met
# t/b.smtp: 1 of 1 expectation met" ]
	has "# 3 files, 0 failed"
	[ "$(grep -c 'connected to the sandbox' <<<"$output")" = 3 ]
	# In its place among others; a slash behind it is no part of the name.
	conversation z.smtp
	ends 0 "$SMTPSH" --sandbox -f z.smtp -f t/ -f t/deep
	[ "$(said | sed -n 's/^S: NOOP //p' | tr '\n' ' ')" = "z.smtp C.smtp a.smtp b.smtp d.smtp " ]
	has "# t/a.smtp: 1 of 1" "# t/deep/d.smtp: 1 of 1"
	ends 0 "$SMTPSH" --sandbox -f z.smtp t
	has "# t/b.smtp: 1 of 1"
}

@test "a folder that has none, or that nobody may read: 66, and nothing is sent" {
	mkdir none
	conversation a.smtp none/deep/b.smtp
	echo x >none/c.txt
	ends 66 "$SMTPSH" --sandbox -f a.smtp -f none
	tells "none" "no file whose name ends in .smtp"
	lacks "S: NOOP"
	ends 66 "$SMTPSH" --sandbox -f none --format tap
	has "not ok 1" "1..1"
	[ "$(id -u)" = 0 ] || {
		mkdir -m 0 shut
		ends 66 "$SMTPSH" --sandbox -f shut
		tells shut "Permission denied"
	}
	ends 66 "$SMTPSH" --sandbox -f a.smtp -f nosuch
	tells nosuch "No such file"
	has "# a.smtp: 1 of 1"
}

@test "--jobs: side by side, told in the order of the files" {
	conversation a.smtp b.smtp
	meet
	ends 0 "$SMTPSH" --timeout 20s --pipe 'bash meet.sh' --jobs 2 -f a.smtp -f b.smtp
	[ "$(summary)" = "# a.smtp: 1 of 1 expectation met
# b.smtp: 1 of 1 expectation met" ]
	has "# 2 files, 0 failed"
	# A line each: the conversations are shown of those that fail.
	[ "$(said)" = "" ]
	# One at a time they never meet.
	rm -r first
	ends 75 "$SMTPSH" --timeout 1s --pipe 'bash meet.sh' --jobs 1 -f a.smtp
}

@test "--jobs: what failed is shown whole; the status is the first one's" {
	conversation 1.smtp 4.smtp 6.smtp
	printf 'S: NOOP\nR: 550\n' >2.smtp
	printf 'VRFY nobody\n' >3.smtp
	printf '250OK\n' >5.smtp
	local all=(1.smtp 2.smtp 3.smtp 4.smtp 5.smtp 6.smtp)
	ends 1 "$SMTPSH" --sandbox --jobs 3 "${all[@]/#/-f}"
	[ "$(summary)" = "# 1.smtp: 1 of 1 expectation met
# 2.smtp: FAILED after 0 of 1 expectation: stopped
# 3.smtp: FAILED (exit status 69)
# 4.smtp: 1 of 1 expectation met
# 5.smtp: FAILED: $(sed -n 's/^smtpsh: \(5.smtp.*\)/\1/p' <<<"$stderr") (exit status 65)
# 6.smtp: 1 of 1 expectation met" ]
	has "# 6 files, 3 failed" "S: VRFY nobody"
	[ "$(grep -c '^S: NOOP' <<<"$output")" = 1 ]
	[[ $stderr == "smtpsh: 2.smtp:2: expected 550, got 250"*"smtpsh: 5.smtp:1:"* ]]
	ends 69 "$SMTPSH" --sandbox --jobs 3 -q -f3.smtp -f2.smtp -f1.smtp
	[ "$output" = "" ]
	[[ $stderr == *"VRFY nobody: 550"*"2.smtp:2: expected 550"* ]]
	ends 0 "$SMTPSH" --sandbox --jobs 3 -q -f1.smtp -f4.smtp
	[ "$output$stderr" = "" ]
}

@test "--jobs: TAP, JUnit and JSON are those of a run one by one" {
	conversation a.smtp c.smtp
	printf 'S: NOOP\nR: 550 <no>\nS: RSET\n' >b.smtp
	printf 'NOOP\n' >d.smtp
	local all=(-fa.smtp -fb.smtp -fc.smtp -fd.smtp) how
	for how in "--format tap" "--junit out" "--format json"; do
		ends 1 "$SMTPSH" --sandbox $how "${all[@]}"
		times "$output" >one
		[ ! -e out ] || times "$(cat out)" >one
		rm -f out
		ends 1 "$SMTPSH" --sandbox $how --jobs 4 "${all[@]}"
		times "$output" >many
		[ ! -e out ] || times "$(cat out)" >many
		rm -f out
		diff one many
		[ "$(wc -l <many)" -ge 8 ]
	done
}

# Text without its times.
times() {
	sed -E 's/ # [0-9.]+ [mu]?s$//; s/ time="[^"]*"//g; s/"(time|ms|ms_since_start)":[^,}]*,?//g' <<<"$1"
}

@test "--jobs: -c between files stands in its place" {
	conversation a.smtp b.smtp c.smtp
	ends 0 "$SMTPSH" --sandbox --jobs 2 -f a.smtp -c 'VRFY Smith' -f b.smtp -f c.smtp
	[ "$(grep -o '^S: VRFY Smith\|^# [abc].smtp' <<<"$output" | tr '\n' ' ')" = \
		"# a.smtp S: VRFY Smith # b.smtp # c.smtp " ]
}

@test "--jobs: more files than descriptors, each a process of its own" {
	local i all=()
	for ((i = 100; i < 160; i++)); do
		conversation $i.smtp
		all+=("-f$i.smtp")
	done
	(
		ulimit -n 40
		"$SMTPSH" --sandbox --jobs 60 "${all[@]}" >out
	)
	[ "$(grep -c '1 of 1 expectation met' out)" = 60 ]
	grep -qx '# 60 files, 0 failed' out
	[ "$(grep -o '^# 1[0-9]*' out | sort -c && echo sorted)" = sorted ]
}

@test "--jobs: a signal ends them all" {
	conversation a.smtp b.smtp c.smtp
	cat >silent.sh <<'END'
printf '220 x\r\n'
read -r line
echo "$$" >>asked
cat >/dev/null
echo "$$" >>gone
END
	"$SMTPSH" --pipe 'bash silent.sh' --jobs 2 -f a.smtp -f b.smtp -f c.smtp >out 2>err 3>&- &
	RUN=$!
	soon test_lines asked 2
	kill "$RUN"
	local r=0
	wait "$RUN" || r=$?
	RUN=
	[ "$r" = 143 ]
	soon test_lines gone 2
	[ "$(wc -l <asked)" = 2 ]
	[[ $(<err) == *interrupted* ]]
}

test_lines() {
	[ -e "$1" ] && [ "$(wc -l <"$1")" = "$2" ]
}

@test "--jobs: a process that is killed is a failure, and the others go on" {
	conversation a.smtp b.smtp
	cat >kill.sh <<'END'
printf '220 x\r\n'
read -r line
[[ $line != *a.smtp* ]] || kill -9 "$PPID"
printf '250 x\r\n'
read -r line
printf '221 x\r\n'
END
	ends 70 "$SMTPSH" --pipe 'exec bash kill.sh' --jobs 2 -f a.smtp -f b.smtp
	has "# a.smtp: FAILED: its process was ended by signal 9 (exit status 70)" \
		"# b.smtp: 1 of 1 expectation met" "# 2 files, 1 failed"
	has_in "$stderr" "a.smtp: its process was ended by signal 9"
}

@test "--jobs with what only one can have is refused" {
	conversation a.smtp
	ends 64 "$SMTPSH" --sandbox --jobs 2 -f a.smtp --record rec
	tells "--record" "--jobs"
	[ ! -e rec ]
	ends 64 "$SMTPSH" 127.0.0.1:1 --jobs 2 -f a.smtp --auth --auth-user joe --auth-password-fd 3
	tells "--auth-password-fd" "--jobs"
}
