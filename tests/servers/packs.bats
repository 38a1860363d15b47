# packs.bats: the packs held against Postfix, Exim and Dovecot: what fails is
# what ../conversations/RESULTS.md has. Another version may do better.

load servers

# known SERVER PACK: its files that the table has as failed.
known() {
	local results=$HERE/../conversations/RESULTS.md
	if [ "$2" = conformance ]; then
		sed -n "/^### $1 [0-9.]*\(, LMTP\)\{0,1\}\$/,/^#/s/^| \([0-9]*-[^ ]*\) .*/\1/p" "$results"
	else
		awk -F ' *[|] *' -v name="$1" '
			$2 == "file" { n = 0
				for (i = 3; i <= NF; i++) if (index($i, name)) n = i }
			n && $n == "x" { print $2 }' <(sed -n '/smuggling$/,$p' "$results")
	fi | sort
}

# held SERVER PACK ADDRESS OPTION...
held() {
	local name=$1 pack=$2 address=$3
	shift 3
	"$SMTPSH" --no-rc --timeout 15 --jobs 8 --from smith@alpha.example \
		--to jones@beta.arpa --tls-verify no --format tap "$@" \
		-f "$HERE/../conversations/$pack" "$address" >tap 2>errors || :
	grep -c '^ok' tap
	sed -n 's/^not ok .*\/\([^ /]*\)\.smtp.*/\1/p' tap | sort >failed
	comm -13 <(known "$name" "$pack") failed >new
	[ ! -s new ] || { cat new tap; return 1; }
	[ "$(grep '^ok' tap | grep -vc SKIP)" -ge 30 ]
}

setup_file() {
	HERE=$BATS_TEST_DIRNAME
	export HERE
}

@test "Postfix" {
	held Postfix conformance "$POSTFIX"
	held Postfix smuggling "$POSTFIX"
}

@test "Exim" {
	held Exim conformance "$EXIM"
	held Exim smuggling "$EXIM"
}

@test "Dovecot, by LMTP" {
	held Dovecot conformance "$LMTP" --lmtp
	held Dovecot smuggling "$LMTP" --lmtp
}
