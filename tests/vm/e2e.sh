#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The binary end to end, with no more than busybox: what of tests/e2e fits an initramfs.
# Needs root and BPF. Each check is a shell of its own: 0 is passed, 77 skipped, else failed.
#
# Usage: tests/vm/e2e.sh BINARY WORKLOADS [CHECK]
#   ONLY: an expression for the names of those that are made
set -u

bin=$1
work=$2
limit_s=300

fail() {
	echo "$*"
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

is() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}

at_least() { # WHAT GOT LEAST
	awk -v got="$2" -v least="$3" 'BEGIN { exit !(got != "" && got + 0 >= least + 0) }' ||
		fail "$1 is '$2', not at least $3"
}

# Runs the binary and leaves its status in $status, its output in out and err.
denet() {
	"$bin" "$@" >out 2>err </dev/null
	status=$?
}

lines_of() { # KIND
	grep "^{\"kind\":\"$1\"" records
}

# A number or a word of the one record of that kind.
field() { # KIND KEY
	lines_of "$1" | tail -n 1 | sed -nE "s/.*\"$2\":\"?([^\",}]*).*/\\1/p"
}

# Whole lines of balanced objects, quotes closed, each of a known kind, the first one metadata.
assert_lines() {
	awk '
		{
			line = $0
			gsub(/\\./, "", line)
			gsub(/"[^"]*"/, "", line)
			opened = gsub(/[{[]/, "", line)
			closed = gsub(/[]}]/, "", line)
			if (opened != closed || !opened || line ~ /["\\]/ || $0 !~ /^[{].*[}]$/)
				bad = "line " NR " is no object"
			if ($0 !~ /^[{]"kind":"(metadata|env|sample|tree|child|process|exit|summary)"/)
				bad = "line " NR " is of no known kind"
			if ((NR == 1) != ($0 ~ /"kind":"metadata"/))
				bad = "metadata is not the first line"
			if (summary++ && last)
				bad = "something follows the summary"
			last = $0 ~ /"kind":"summary"/
		}
		END {
			if (!bad && !last)
				bad = "no summary at the end"
			if (bad)
				print bad
			exit bad != ""
		}' records || exit 1
}

# Each process is told once, and their CPU adds up to the whole to the nanosecond.
assert_sums() {
	is "number of processes" "$(lines_of process | wc -l)" "$(field summary processes_total)"
	is "number of exact ones" "$(lines_of process | grep -c '"exact":true')" \
		"$(field summary processes_exact)"
	is "sum of CPU" "$(lines_of process | sed -E 's/"programs":.*//; s/.*"cpu_time_ns":([0-9]+).*/\1/' |
		awk '{ sum += $1 } END { printf "%.0f", sum }')" "$(field summary cpu_time_ns)"
	for lost in events_lost records_lost tasks_lost; do
		is $lost "$(field summary $lost)" 0
	done
}

record() {
	denet run -q -o records "$@"
	[ -s records ] || fail "no records: $(cat err)"
	assert_lines
	assert_sums
}

await() { # CONDITION...
	until "$@"; do
		usleep 20000
	done
}

# --- run ---

check_exit_status_is_that_of_the_command() {
	for wanted in 0 3 255; do
		denet run -q sh -c "exit $wanted"
		is status $status $wanted
	done
}

check_signal_that_ends_the_command_is_told() {
	denet run -q sh -c 'kill -TERM $$'
	is status $status 143
	denet run -q sh -c 'kill -KILL $$'
	is status $status 137
}

check_commands_that_cannot_start() {
	denet run /nonexistent
	is status $status 127
	: >plain
	denet run ./plain
	is status $status 126
	denet run --no-such-option touch started
	is status $status 125
	[ ! -e started ] || fail "it was started"
}

check_input_and_output_are_the_commands_own() {
	echo "in and out" | "$bin" run cat >out 2>err
	is output "$(cat out)" "in and out"
	grep -q 'cpu' err || fail "no summary on stderr"
	"$bin" run -q sh -c 'echo seen >&2' >out 2>err </dev/null
	is "error output" "$(cat err)" seen
	is output "$(cat out)" ""
}

check_json_on_stdout_is_records_alone() {
	denet run -j sh -c 'echo noise; exit 4'
	is status $status 4
	mv out records
	assert_lines
	is "error output" "$(cat err)" noise
	is exit_code "$(field exit exit_code)" 4
}

check_signal_sent_to_us_reaches_the_command() {
	"$bin" run -q -o records sh -c 'trap "exit 9" TERM; : >ready; while :; do usleep 10000; done' &
	await test -e ready
	kill -TERM $!
	wait $!
	is status $? 9
	assert_lines
}

check_duration_ends_it_and_leaves_the_command() {
	denet run -q -d 0.3 -o records "$work/idle" 1 2
	is status $status 124
	assert_lines
	is processes_running "$(field summary processes_running)" 2
}

# --- what is counted ---

check_many_short_processes_are_all_counted() {
	record "$work/forks" 1000 0 8
	is status $status 0
	is accounting "$(field summary accounting)" bpf
	is processes_total "$(field summary processes_total)" 1001
	is processes_exact "$(field summary processes_exact)" 1001
}

check_short_programs_are_all_counted() {
	record "$work/spawn" 300 "$work/nop"
	is processes_total "$(field summary processes_total)" 301
	is "programs named nop" "$(lines_of process | grep -c '"comm":"nop"')" 300
}

check_cpu_is_that_of_a_cgroup() {
	cgroup=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$cgroup" ] || skip "no cgroup of version 2"
	mkdir "$cgroup/denet-e2e.$$" || fail "cannot make a cgroup"
	cgroup=$cgroup/denet-e2e.$$
	record sh -c "read outside_ns _ </proc/\$\$/schedstat; echo \${outside_ns:-0} >$work/outside
		echo \$\$ >$cgroup/cgroup.procs; exec $work/forks 200 2000"
	outside_us=$(($(cat "$work/outside") / 1000))
	used_us=$(awk '$1 == "usage_usec" { print $2 }' "$cgroup/cpu.stat")
	rmdir "$cgroup"
	# The shell was outside at first, and moved itself.
	at_least cpu_time_ns "$(field summary cpu_time_ns)" "${used_us}000"
	at_least "CPU of the cgroup, of the shell before it, and 100 ms" "$((used_us + outside_us + 100000))000" \
		"$(field summary cpu_time_ns)"
}

check_daemon_is_counted() {
	record "$work/daemon" 300 wait
	at_least processes_total "$(field summary processes_total)" 3
	at_least cpu_time_ns "$(field summary cpu_time_ns)" 300000000
}

check_last_descendant_is_awaited() {
	record --wait-all "$work/linger" 800 300
	at_least cpu_time_ns "$(field summary cpu_time_ns)" 300000000
	is processes_running "$(field summary processes_running)" 0
}

check_threads_are_counted() {
	record "$work/threads" 40 1000
	at_least threads_total "$(field summary threads_total)" 41
	is processes_total "$(field summary processes_total)" 1
	at_least cpu_time_ns "$(field summary cpu_time_ns)" 40000000
}

check_threads_that_exec_stay_their_process() {
	record "$work/thread_exec" 40 2
	is processes_total "$(field summary processes_total)" 41
	is processes_exact "$(field summary processes_exact)" 41
	is threads_total "$(field summary threads_total)" 121
}

check_memory_is_seen() {
	record "$work/touch" 64 400
	at_least peak_process_rss_kb "$(field summary peak_process_rss_kb)" 65536
}

check_bytes_are_counted() {
	record dd if=/dev/zero of=/dev/null bs=65536 count=100
	at_least total_syscall_read_bytes "$(field summary total_syscall_read_bytes)" 6553600
	at_least total_syscall_write_bytes "$(field summary total_syscall_write_bytes)" 6553600
}

check_samples_are_taken_in_time() {
	record -i 50 -m 100 "$work/idle" 3 1
	at_least sample_count "$(field summary sample_count)" 5
	at_least max_processes "$(field summary max_processes)" 4
}

# --- the other commands ---

check_attach_follows_what_was_there_and_what_comes() {
	sh -c "until [ -e go ]; do usleep 10000; done; $work/spawn 20 $work/nop; exit 5" &
	"$bin" attach -q -i 20 -o records $! &
	await grep -qs '"kind":"\(tree\|sample\)"' records
	: >go
	wait $!
	is status $? 0
	assert_lines
	at_least "programs named nop" "$(lines_of process | grep -c '"comm":"nop"')" 20
	is exit_code "$(field exit exit_code)" 5
}

check_attach_to_nobody_is_refused() {
	denet attach 4194304
	is status $status 125
	[ -s err ] || fail "not a word"
}

check_stats_sums_the_records_up() {
	record "$work/forks" 20 1000
	denet stats records
	is status $status 0
	grep -q STATISTICS out || fail "no heading"
	is processes "$(sed -nE 's/^  tree +([0-9]+) processes.*/\1/p' out)" 21
	echo "no record" >bad
	denet stats bad
	is "status of a bad file" $status 1
}

check_csv_has_its_heading_and_rows() {
	denet run -q --format csv -o rows "$work/spin" 100
	head -n 1 rows | grep -q '^ts_ms,cpu_usage,' || fail "no heading"
	awk -F , 'NR == 1 { n = NF } NF != n { exit 1 } END { exit NR < 2 }' rows ||
		fail "rows of another length"
}

check_without_rights_the_command_runs_all_the_same() {
	chmod 777 .
	busybox su -s /bin/sh nobody -c "'$bin' run sh -c 'id -u; exit 6'" >out 2>err </dev/null
	is status $? 6
	is output "$(cat out)" 65534
	[ -s err ] || fail "not a word"
}

check_accounting_by_proc() {
	denet run -q --accounting proc -o records "$work/daemon" 300 wait
	! grep -q 'not there yet' err || skip "$(cat err)"
	is status $status 0
	assert_lines
	is accounting "$(field summary accounting)" proc
	at_least cpu_time_ns "$(field summary cpu_time_ns)" 200000000
}

v2_group() {
	cgroup=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ -n "$cgroup" ] || skip "no cgroup of version 2"
	grep -qw memory "$cgroup/cgroup.controllers" || skip "memory is no controller of it"
	echo +memory >"$cgroup/cgroup.subtree_control" || fail "memory is not passed on"
}

# Its total is that of the cgroup, and page cache is in its peak; memory.peak is of Linux 5.19.
assert_own_cgroup() { # FOLDER
	is status $status 0
	# In whole microseconds.
	at_least cgroup_cpu_ns "$(field summary cgroup_cpu_ns)" "$(($(field summary cpu_time_ns) - 1000))"
	at_least cpu_time_ns "$(field summary cpu_time_ns)" "$(field summary cgroup_cpu_ns)"
	at_least cpu_time_ns "$(field summary cpu_time_ns)" 200000000
	! [ -e "$1/memory.peak" ] || at_least cgroup_peak_kb "$(field summary cgroup_peak_kb)" 10240
	is groups "$(find "$cgroup" -name 'denet-bpf-*')" ""
}

check_own_cgroup_of_v2() {
	v2_group
	mkdir "$cgroup/denet-own.$$" && probe=$cgroup/denet-own.$$
	denet run -q --own-cgroup --accounting proc -o records sh -c \
		"dd if=/dev/zero of=big bs=1M count=10 2>/dev/null; '$work/daemon' 300 wait; cat /proc/self/cgroup"
	assert_own_cgroup "$probe"
	grep -q '^0::/denet-bpf-' out || fail "it was in $(cat out)"
	rmdir "$probe"
}

# In a group where nobody else is, memory is passed on for the time being.
check_own_cgroup_below_one_of_ours() {
	v2_group
	group=$cgroup/denet-own.$$
	mkdir "$group" || fail "cannot make a cgroup"
	sh -c "echo \$\$ >'$group/cgroup.procs'; exec '$bin' run -q --own-cgroup --accounting proc -o records \
		sh -c 'dd if=/dev/zero of=big bs=1M count=10 2>/dev/null; \"$work/daemon\" 300 wait; cat /proc/self/cgroup'" \
		>out 2>err </dev/null
	status=$?
	assert_own_cgroup "$group"
	grep -q "^0::/denet-own.$$/denet-bpf-" out || fail "it was in $(cat out)"
	is "what is passed on afterwards" "$(cat "$group/cgroup.subtree_control")" ""
	rmdir "$group" || fail "somebody is left in it"
}

# Of the one line in out that has all these texts.
told() { # KEY TEXT...
	key=$1
	shift
	cp out some
	for text; do
		grep -F "$text" some >fewer
		mv fewer some
	done
	tail -n 1 some | sed -nE "s/.*\"$key\":\"?([^\",}]*).*/\1/p"
}

# systemd's service, as far as a cgroup shows it: a folder below a slice that passes controllers on.
make_unit() {
	[ -x "$bin-host" ] || skip "no denet-bpf-host"
	v2_group
	slice=$cgroup/denet.slice
	unit=$slice/denet-e2e.service
	mkdir "$slice" && mkdir "$unit" && echo +memory >"$slice/cgroup.subtree_control" ||
		fail "cannot make $unit"
}

# After what is in it went to sleep. Leaves in out what was told of it.
look_at_unit() { # FOLDER
	"$bin-host" --once --json --group "${1##*/}" >out 2>err </dev/null
	status=$?
	used_us=$(awk '$1 == "usage_usec" { print $2 }' "$1/cpu.stat")
	peak=$(cat "$1/memory.peak" 2>/dev/null)
	stalled=$(cat "$1/cpu.pressure" 2>/dev/null)
}

assert_unit() { # FOLDER PATH
	[ $status = 0 ] || fail "status $status: $(cat err)"
	is type "$(told type '"kind":"group"' "\"name\":\"${1##*/}\"")" unit
	is cgroup "$(told cgroup '"kind":"group"')" "$2"
	at_least cpu_time_ns "$(told cpu_time_ns '"kind":"group"')" 200000000
	is cpu_time_ns "$(told cpu_time_ns '"kind":"group"')" "${used_us}000"
	is memory_peak_bytes "$(told memory_peak_bytes '"kind":"group"')" "$peak"
	is pids_current "$(told processes_living '"kind":"group"')" 1
	is "a command" "$(told processes_living '"kind":"command"' '"comm":"busybox"')" 1
	[ -z "$stalled" ] || at_least cpu_stall_ns "$(told cpu_stall_ns '"kind":"group"')" 0
}

check_host_tells_a_unit_of_v2() {
	make_unit
	sh -c "echo \$\$ >'$unit/cgroup.procs'; '$work/spin' 200; : >worked; exec /bin/busybox sleep 9999" &
	await test -e worked
	look_at_unit "$unit"
	kill $!
	wait $!
	rmdir "$unit" "$slice"
	assert_unit "$unit" "${unit#"$cgroup"}"
}

check_host_tells_a_service_of_systemd() {
	[ -d /run/systemd/system ] || skip "no systemd"
	[ -x "$bin-host" ] || skip "no denet-bpf-host"
	systemctl start denet-worker.service || fail "systemd cannot start it"
	await test -e /run/denet-worked
	look_at_unit /sys/fs/cgroup/system.slice/denet-worker.service
	systemctl stop denet-worker.service
	[ -n "$peak$stalled" ] || fail "it has neither a peak of memory nor pressure"
	assert_unit denet-worker.service /system.slice/denet-worker.service
}

of_service() {
	systemctl show --value -p "$1" denet-bpf-host.service
}

# By our own unit, with all that this takes away.
check_host_is_a_service_of_systemd() {
	[ -d /run/systemd/system ] || skip "no systemd"
	[ -x "$bin-host" ] || skip "no denet-bpf-host"
	mkdir -p /etc/denet-bpf
	printf 'interval: 1s\nout: /var/lib/denet-bpf/records\nfilter: kill\n' >/etc/denet-bpf/host.yml
	systemctl start denet-bpf-host.service || fail "it does not start: $(systemctl status denet-bpf-host.service | tail -n 5)"
	is state "$(of_service ActiveState)" active
	await grep -qs '"kind":"command"' /var/lib/denet-bpf/records
	is capabilities "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$(of_service MainPID)/status")" 0000000000000000
	of_service StatusText | grep -q '^Watching ' || fail "its status is '$(of_service StatusText)'"
	systemctl reload denet-bpf-host.service || fail "it cannot be reloaded"
	is state "$(of_service ActiveState)" active
	systemctl stop denet-bpf-host.service
	is "its end" "$(of_service Result) $(of_service ExecMainStatus)" "success 0"
}

has_looked_twice() {
	[ "$(grep -sc '"kind":"machine"' out)" = 2 ]
}

# It comes and goes between two looks. In whole microseconds, and what a shell used before it entered is not told.
check_host_tells_a_short_unit_of_v2_whole() {
	make_unit
	"$bin-host" -i 60 -o out 2>err >/dev/null </dev/null &
	await has_looked_twice
	sh -c "echo \$\$ >'$unit/cgroup.procs'; '$work/spin' 200; (exit 3); exit 0"
	await grep -q 'populated 0' "$unit/cgroup.events"
	used_us=$(awk '$1 == "usage_usec" { print $2 }' "$unit/cpu.stat")
	rmdir "$unit" "$slice"
	kill -TERM $!
	wait $! || fail "status $?: $(cat err)"
	is counters_final "$(told counters_final '"kind":"container"' denet-e2e)" true
	is cpu_time_ns "$(told cpu_time_ns '"kind":"container"' denet-e2e)" "${used_us}000"
	is processes_failed "$(told processes_failed '"kind":"container"' denet-e2e)" 1
	at_least "CPU of spin" "$(told cpu_time_ns '"kind":"command"' denet-e2e '"comm":"spin"')" 200000000
}

check_run_as_another_user() {
	denet run -q -u nobody id -u
	! grep -q 'not built yet' err || skip "$(cat err)"
	is status $status 0
	is output "$(cat out)" 65534
}

check_doctor_finds_nothing_wrong() {
	denet doctor
	! grep -q 'unknown command' err || skip "$(cat err)"
	is status $status 0
	[ -s out ] || fail "not a word"
	denet doctor --json
	is status $status 0
	grep -q '^[{]' out || fail "no object"
}

# --- the runner ---

if [ $# -eq 3 ]; then
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	cd "$dir" || exit 1
	"check_$3"
	exit 0
fi
failed=0
for check in $(sed -n "s/^check_\(${ONLY:-[a-z0-9_]*}\)() {\$/\1/p" "$0"); do
	said=$(timeout $limit_s sh "$0" "$bin" "$work" "$check" 2>&1 </dev/null)
	case $? in
	0) echo "E2E ok $check" ;;
	77) echo "E2E skip $check: $said" ;;
	124 | 143) echo "E2E FAILED $check: not done in $limit_s s" && failed=1 ;;
	*) echo "E2E FAILED $check: $said" | tail -n 3 && failed=1 ;;
	esac
done
exit $failed
