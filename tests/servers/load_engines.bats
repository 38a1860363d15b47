# load_engines.bats: what starts a load on many machines: a real Slurm on this
# one, and GNU parallel. Four shards, one result that is their sum.

# shellcheck disable=SC2016 # others expand them

load servers

teardown() {
	local pid
	for pid in ${SLURM_PIDS:-} ${SERVE_PID:-}; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" || :
	done
}

# slurm: one machine, four processors, nothing of the system's; its processes
# are in SLURM_PIDS.
slurm() {
	local s=$PWD/slurm host ctld node
	host=$(hostname -s)
	# The house has an /etc and a loopback of its own. Slurm looks names up
	# with AI_ADDRCONFIG, which loopback alone does not satisfy.
	ip addr add 10.9.9.9/32 dev lo
	echo "127.0.0.1 $host" >>/etc/hosts
	mkdir -p "$s"/{state,spool,munge}
	chmod 700 "$s/munge"
	head -c 1024 /dev/urandom >"$s/munge/key"
	chmod 600 "$s/munge/key"
	ctld=$(perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0);
		bind(S, sockaddr_in(0, INADDR_LOOPBACK));
		print((sockaddr_in(getsockname(S)))[0]);')
	node=$((ctld > 60000 ? ctld - 1 : ctld + 1))
	cat >"$s/slurm.conf" <<-E
		ClusterName=test
		SlurmctldHost=$host(127.0.0.1)
		AuthInfo=socket=$s/munge/sock
		ProctrackType=proctrack/linuxproc
		TaskPlugin=task/none
		SwitchType=switch/none
		MpiDefault=none
		SelectType=select/cons_tres
		SelectTypeParameters=CR_Core
		JobAcctGatherType=jobacct_gather/none
		AccountingStorageType=accounting_storage/none
		SlurmUser=root
		SlurmctldPort=$ctld
		SlurmdPort=$node
		StateSaveLocation=$s/state
		SlurmdSpoolDir=$s/spool
		SlurmctldPidFile=$s/ctld.pid
		SlurmdPidFile=$s/d.pid
		SlurmdParameters=config_overrides
		NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=100
		PartitionName=p Nodes=ALL Default=YES State=UP
	E
	export SLURM_CONF=$s/slurm.conf
	munged --force --foreground --num-threads=2 --key-file="$s/munge/key" \
		--socket="$s/munge/sock" --pid-file="$s/munge/pid" \
		--log-file="$s/munge/log" --seed-file="$s/munge/seed" \
		>/dev/null 2>&1 3>&- &
	SLURM_PIDS=$!
	until_true [ -S "$s/munge/sock" ]
	slurmctld -D >"$s/ctld.log" 2>&1 3>&- &
	SLURM_PIDS="$! $SLURM_PIDS"
	slurmd -D >"$s/d.log" 2>&1 3>&- &
	SLURM_PIDS="$! $SLURM_PIDS"
	until_true bash -c "sinfo -h 2>/dev/null | grep -q idle" || {
		tail -n 20 "$s"/*.log
		return 1
	}
}

# adds_up N: four logs are one result, of N messages, each of which is there.
adds_up() {
	run -0 smtpsh --merge 0.hdr 1.hdr 2.hdr 3.hdr --format json
	perl -MJSON::PP -e 'my $r = decode_json($ARGV[0]);
		$r->{messages} == $ARGV[1] && $r->{machines} == 4 &&
		$r->{latency}{whole}{count} == $ARGV[1] &&
		$r->{failed} == 0 or die $ARGV[0]' "$output" "$1"
	[ "$(find box -path '*/new/*' -type f | wc -l)" = "$1" ]
	[ "$(find box -mindepth 1 -maxdepth 1 | wc -l)" = "$1" ]
}

@test "Slurm: four tasks, each knows its part" {
	command -v srun >/dev/null || skip "no Slurm"
	command -v ip >/dev/null || skip "no ip (iproute2)"
	serve --maildir box
	slurm
	run -0 timeout 30 srun -n 4 sh -c 'exec "$0" --load --messages 50 \
		--sessions 2 --to "n\${n}@here.example" --body x --quiet \
		--hdr "$SLURM_PROCID.hdr" "$1" </dev/null' "$SMTPSH" "$SERVE"
	adds_up 50
}

@test "GNU parallel: four jobs, one and the same command line" {
	command -v parallel >/dev/null || skip "no GNU parallel"
	serve --maildir box
	export SMTPSH SERVE
	seq 0 3 >parts
	run -0 parallel --will-cite -j 4 -a parts \
		'"$SMTPSH" --load --shard /4 --messages 50 --sessions 2 --to "n\${n}@here.example" --body x --quiet --hdr {}.hdr "$SERVE" </dev/null'
	adds_up 50
}
