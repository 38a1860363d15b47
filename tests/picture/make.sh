#!/usr/bin/env bash
# make.sh SVG: a picture of a terminal of 80 columns in which smtpsh (SMTPSH, or
# ../../smtpsh) is refused a relay: README's. How long replies took differs from
# run to run, as does the length of a date: they are the same in it. 77: this machine cannot make it.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../pty.bash"

command -v tmux >/dev/null && command -v perl >/dev/null || {
	echo "picture: needs tmux and perl" >&2
	exit 77
}
picture=$(realpath -m "${1:?the picture to write}")
folder=$(mktemp -d) || exit 73
leave() {
	pty_end
	rm -rf "$folder"
}
trap leave EXIT
# pty.bash is bats'.
BATS_TEST_TMPDIR=$folder BATS_TEST_NUMBER=picture

words=(--sandbox --helo mail.example.org --from ann@example.org
	--to bob@example.net --quit-after rcpt)
mkdir "$folder/bin"
ln -s "$(realpath "${SMTPSH:-$here/../../smtpsh}")" "$folder/bin/smtpsh"
cat >"$folder/run" <<RUN
printf '\033[1m\$\033[0m smtpsh --sandbox --helo mail.example.org \\\\\n'
printf '    --from ann@example.org --to bob@example.net --quit-after rcpt\n'
unset NO_COLOR COLUMNS SMTPSH_OPTS ALL_PROXY XDG_CONFIG_HOME
exec env HOME=$folder TERM=xterm LC_ALL=C.UTF-8 \
	$folder/bin/smtpsh ${words[*]}
RUN
PTY_ROWS=60 pty_start 80 sh "$folder/run"

pty_see "[status"
tmux -L "$PTY_SOCKET" capture-pane -p -e >"$folder/pane"
codes='(?:\e\[[0-9;]*m)*'
times="s/( +)($codes)([0-9.]+ m?s)($codes)\$/
	' ' x (length(\$1 . \$3) - 6) . \"\$2\" . '0.4 ms' . \"\$4\"/e"
perl -CSD -pe 's/^\[status.*//; s/SIZE=\d+/SIZE=199/;' -e "$times" \
	"$folder/pane" | perl "$here/svg.pl" 80 >"$folder/svg"
mv "$folder/svg" "$picture"
