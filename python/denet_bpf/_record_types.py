# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The records as typed dicts, by the table of metrics; made by `make docs`.

Each key has its unit and meaning. What is not known is left out of a record. Takes longer to import
than what measures: for type checkers, and for who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, TypedDict


class EnvRecord(TypedDict, total=False):
    """First, with --write-env: the machine.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: Any
    #: The machine's name.
    host: Any
    #: Its release.
    kernel: Any
    lscpu: Dict[str, Any]
    numa: Dict[str, Any]
    #: The CPUs that the root may use.
    affinity_inherited: Any
    #: Of each CPU.
    cpu_governor: Any
    #: Of each CPU, now.
    cpu_freq_khz: Any
    #: Transparent huge pages.
    thp_enabled: Any
    #: Whether cores have several threads.
    smt_active: Any
    #: The root's, as the kernel lists them.
    cgroup: Any


class MetadataRecord(TypedDict, total=False):
    """At the start: what runs, and how it is measured.
    """

    kind: str
    #: Process id, in denet-bpf's own pid namespace.
    pid: int
    #: Its arguments, the program's name first.
    cmd: List[str]
    #: True when cmd is cut, after 1024 bytes.
    cmd_truncated: bool
    #: The file of the root's program.
    executable: str
    #: The start, since 1970 (ms).
    t0_ms: int
    #: psi: whether memory pressure is told, of the system and of processes; perf_hw: hardware
    #: counters.
    capabilities: Any
    #: Where the figures come from: bpf is exact, proc sampled, none nowhere.
    accounting: str
    #: denet-bpf's.
    version: Any
    #: Between samples at first (ms).
    interval_ms: int
    #: Between samples after ten seconds (ms).
    max_interval_ms: int
    #: Timer ticks a second, as /proc counts.
    clk_tck: Any
    #: 1; another number when a key changes its meaning.
    schema: Any
    #: The machine's name.
    host: str
    #: The folder that the root was started in, or is in.
    cwd: str
    #: As whom it runs: a name, or #UID.
    user: str
    #: What the run was called.
    label: str
    #: What CI or the batch system calls it.
    job: str
    #: True when the root ran before.
    attached: bool
    #: CPUs that CMD might run on, by its affinity and its cpuset; as it was at the last sample; of
    #: metadata at the start.
    cpus_usable: int
    #: The least limit of memory of CMD's cgroup and those above it (kb); as it was at the end, of
    #: metadata at the start; without BPF of a container what it sees of it.
    memory_limit_kb: int
    #: The least CPU quota of CMD's cgroup and those above it; absent without one; as it was at the
    #: end, of metadata at the start; without BPF of a container what it sees of it.
    cpu_limit_cores: float


class ChildRecord(TypedDict, total=False):
    """When a process is first seen, or runs a new program.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: Process id, in denet-bpf's own pid namespace.
    pid: int
    #: Who started it.
    ppid: int
    #: Its arguments, the program's name first.
    cmd: List[str]
    #: True when cmd is cut, after 1024 bytes.
    cmd_truncated: bool
    #: The file of its program, or the path given to exec.
    exe: str


class TreeRecord(TypedDict, total=False):
    """Each sample: the root, its descendants and their sum.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: The root's figures.
    parent: MemberSample
    #: Living descendants: pid, command, metrics.
    children: List[Dict[str, Any]]
    #: The whole tree: sums over what lives, counters over all that was.
    aggregated: AggregatedSample
    #: Living descendants that children does not list.
    children_omitted: int


class MemberSample(TypedDict, total=False):
    """One process of a sample: a tree's parent, and the metrics of each of its children.
    """

    #: When it was, since 1970 (ms).
    ts_ms: int
    #: CPU used since the sample before, of one CPU (percent); with accounting proc a lower bound.
    cpu_usage: float
    #: Sum of RSS; tmpfs and page cache are not in it (kb); no bound in either direction: shared
    #: pages count in each process.
    mem_rss_kb: int
    #: Address space, summed up (kb); no bound in either direction: shared pages count in each
    #: process.
    mem_vms_kb: int
    #: Bytes that came from storage (bytes); with accounting proc a lower bound.
    disk_read_bytes: int
    #: Bytes of pages dirtied, on their way to storage (bytes); with accounting proc a lower bound.
    disk_write_bytes: int
    #: Bytes that read() and the like returned, cached or not (bytes); with accounting proc a lower
    #: bound.
    syscall_read_bytes: int
    #: Bytes that write() and the like took (bytes); with accounting proc a lower bound.
    syscall_write_bytes: int
    #: Page faults that needed no storage; with accounting proc a lower bound.
    page_faults_cached: int
    #: Page faults that waited for storage; with accounting proc a lower bound.
    page_faults_disk: int
    #: Bytes received by all in the root's network namespace, without loopback (bytes); what others
    #: received is in it.
    sys_net_rx_bytes: int
    #: Bytes sent by all in the root's network namespace, without loopback (bytes); what others sent
    #: is in it.
    sys_net_tx_bytes: int
    #: Living threads.
    thread_count: int
    #: Whole seconds since birth, of a tree its root's (s).
    uptime_secs: int
    #: The CPU that the main thread ran on last.
    cpu_core: int
    psi_mem: Dict[str, Any]
    #: CPU time, user and system (ns); with accounting proc a lower bound.
    cpu_time_ns: int
    #: Times that a thread gave its CPU up; with accounting proc a lower bound.
    ctx_switches_voluntary: int
    #: Times that a thread's CPU was taken away; with accounting proc a lower bound.
    ctx_switches_involuntary: int
    #: Time that threads could have run and waited for a CPU (ns); with accounting proc a lower
    #: bound.
    run_delay_ns: int
    #: Resident memory, each shared page by its share; where it was read, near peaks (kb).
    pss_kb: int
    #: Bytes received through sockets of IPv4 and IPv6; with --net (bytes); what splice() takes from
    #: a socket is not in it.
    socket_rx_bytes: int
    #: Bytes sent through sockets of IPv4 and IPv6; with --net (bytes).
    socket_tx_bytes: int
    #: Keys that are there for denet's reader alone: not known, or last known of what has ended.
    unknown: Any


class AggregatedSampleCore(TypedDict):
    """What each AggregatedSample has."""

    #: When it was, since 1970 (ms).
    ts_ms: int
    #: CPU used since the sample before, of one CPU (percent); with accounting proc a lower bound.
    cpu_usage: float
    #: Sum of RSS; tmpfs and page cache are not in it (kb); no bound in either direction: shared
    #: pages count in each process.
    mem_rss_kb: int
    #: Address space, summed up (kb); no bound in either direction: shared pages count in each
    #: process.
    mem_vms_kb: int
    #: Bytes that came from storage (bytes); with accounting proc a lower bound.
    disk_read_bytes: int
    #: Bytes of pages dirtied, on their way to storage (bytes); with accounting proc a lower bound.
    disk_write_bytes: int
    #: Bytes received by all in the root's network namespace, without loopback (bytes); what others
    #: received is in it.
    sys_net_rx_bytes: int
    #: Bytes sent by all in the root's network namespace, without loopback (bytes); what others sent
    #: is in it.
    sys_net_tx_bytes: int
    #: Living threads.
    thread_count: int
    #: Living processes.
    process_count: int
    #: Whole seconds since birth, of a tree its root's (s).
    uptime_secs: int


class AggregatedSample(AggregatedSampleCore, total=False):
    """The whole tree of a sample.
    """

    #: Bytes that read() and the like returned, cached or not (bytes); with accounting proc a lower
    #: bound.
    syscall_read_bytes: int
    #: Bytes that write() and the like took (bytes); with accounting proc a lower bound.
    syscall_write_bytes: int
    #: Page faults that needed no storage; with accounting proc a lower bound.
    page_faults_cached: int
    #: Page faults that waited for storage; with accounting proc a lower bound.
    page_faults_disk: int
    psi_mem: Dict[str, Any]
    #: CPU time, user and system (ns); with accounting proc a lower bound.
    cpu_time_ns: int
    #: Times that a thread gave its CPU up; with accounting proc a lower bound.
    ctx_switches_voluntary: int
    #: Times that a thread's CPU was taken away; with accounting proc a lower bound.
    ctx_switches_involuntary: int
    #: Time that threads could have run and waited for a CPU (ns); with accounting proc a lower
    #: bound.
    run_delay_ns: int
    #: Processes born since the start; with accounting proc a lower bound.
    processes_started: int
    #: Processes that have ended since the start; with accounting proc a lower bound.
    processes_exited: int
    #: Resident memory, each shared page by its share; where it was read, near peaks (kb).
    pss_kb: int
    #: Bytes of dirty pages removed before they reached storage, by whoever did that (bytes); with
    #: accounting proc a lower bound.
    disk_write_cancelled_bytes: int
    #: Calls of read() and the like; with accounting proc a lower bound.
    syscall_read_count: int
    #: Calls of write() and the like; with accounting proc a lower bound.
    syscall_write_count: int
    #: True when PSS is at most so much: of some processes there is RSS alone.
    pss_is_bound: bool
    #: True when processes that share pages began or ended while PSS was read, one after the other:
    #: it may be far off, either way.
    pss_is_rough: bool
    #: Bytes received through sockets of IPv4 and IPv6; with --net (bytes); what splice() takes from
    #: a socket is not in it.
    socket_rx_bytes: int
    #: Bytes sent through sockets of IPv4 and IPv6; with --net (bytes).
    socket_tx_bytes: int
    #: Keys that are there for denet's reader alone: not known, or last known of what has ended.
    unknown: Any


class SampleRecord(TypedDict, total=False):
    """Each sample with --exclude-children: the root alone.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: CPU used since the sample before, of one CPU (percent); with accounting proc a lower bound.
    cpu_usage: float
    #: Sum of RSS; tmpfs and page cache are not in it (kb); no bound in either direction: shared
    #: pages count in each process.
    mem_rss_kb: int
    #: Address space, summed up (kb); no bound in either direction: shared pages count in each
    #: process.
    mem_vms_kb: int
    #: Bytes that came from storage (bytes); with accounting proc a lower bound.
    disk_read_bytes: int
    #: Bytes of pages dirtied, on their way to storage (bytes); with accounting proc a lower bound.
    disk_write_bytes: int
    #: Bytes that read() and the like returned, cached or not (bytes); with accounting proc a lower
    #: bound.
    syscall_read_bytes: int
    #: Bytes that write() and the like took (bytes); with accounting proc a lower bound.
    syscall_write_bytes: int
    #: Page faults that needed no storage; with accounting proc a lower bound.
    page_faults_cached: int
    #: Page faults that waited for storage; with accounting proc a lower bound.
    page_faults_disk: int
    #: Bytes received by all in the root's network namespace, without loopback (bytes); what others
    #: received is in it.
    sys_net_rx_bytes: int
    #: Bytes sent by all in the root's network namespace, without loopback (bytes); what others sent
    #: is in it.
    sys_net_tx_bytes: int
    #: Living threads.
    thread_count: int
    #: Whole seconds since birth, of a tree its root's (s).
    uptime_secs: int
    #: The CPU that the main thread ran on last.
    cpu_core: int
    psi_mem: Dict[str, Any]
    #: CPU time, user and system (ns); with accounting proc a lower bound.
    cpu_time_ns: int
    #: Times that a thread gave its CPU up; with accounting proc a lower bound.
    ctx_switches_voluntary: int
    #: Times that a thread's CPU was taken away; with accounting proc a lower bound.
    ctx_switches_involuntary: int
    #: Time that threads could have run and waited for a CPU (ns); with accounting proc a lower
    #: bound.
    run_delay_ns: int
    #: Processes born since the start; with accounting proc a lower bound.
    processes_started: int
    #: Processes that have ended since the start; with accounting proc a lower bound.
    processes_exited: int
    #: Resident memory, each shared page by its share; where it was read, near peaks (kb).
    pss_kb: int
    #: Bytes of dirty pages removed before they reached storage, by whoever did that (bytes); with
    #: accounting proc a lower bound.
    disk_write_cancelled_bytes: int
    #: Calls of read() and the like; with accounting proc a lower bound.
    syscall_read_count: int
    #: Calls of write() and the like; with accounting proc a lower bound.
    syscall_write_count: int
    #: Bytes received through sockets of IPv4 and IPv6; with --net (bytes); what splice() takes from
    #: a socket is not in it.
    socket_rx_bytes: int
    #: Bytes sent through sockets of IPv4 and IPv6; with --net (bytes).
    socket_tx_bytes: int
    #: Keys that are there for denet's reader alone: not known, or last known of what has ended.
    unknown: Any


class ProcessRecordCore(TypedDict):
    """What each ProcessRecord has."""

    kind: str
    #: Process id, in denet-bpf's own pid namespace.
    pid: int
    #: Its name, 15 bytes at most.
    comm: str


class ProcessRecord(ProcessRecordCore, total=False):
    """When a process has ended, or goes on after the end.
    """

    #: Who started it.
    ppid: int
    #: Its arguments, the program's name first.
    cmd: List[str]
    #: True when cmd is cut, after 1024 bytes.
    cmd_truncated: bool
    #: The file of its program, or the path given to exec.
    exe: str
    #: The real user id.
    uid: int
    #: Its birth, since 1970 (ms).
    start_ms: int
    #: From birth to end; of a summary from the release of exec, or the attach, to the end of CMD, or
    #: with --wait-all of the last (ns).
    wall_ns: int
    #: CPU time, user and system (ns); with accounting proc a lower bound.
    cpu_time_ns: int
    #: Part of cpu_time_ns in user mode (ns); split by timer ticks; left out below ten of them.
    cpu_user_ns: int
    #: Part of cpu_time_ns in the kernel (ns); split by timer ticks; left out below ten of them.
    cpu_system_ns: int
    #: Time that threads could have run and waited for a CPU (ns); with accounting proc a lower
    #: bound.
    run_delay_ns: int
    #: Its exit status; absent when a signal ended it.
    exit_code: int
    #: The signal that ended it.
    signal: int
    #: Whether it left a core.
    core_dumped: bool
    #: Whether it was killed for want of memory; absent when that is not known.
    oom_killed: bool
    #: Threads that there were, main ones included; with accounting proc a lower bound.
    threads_total: int
    #: Most resident memory of all its programs, without what it inherited by fork (kb); the kernel's
    #: count is short by up to a batch of pages a CPU.
    peak_rss_kb: int
    #: True when peak_rss_kb is only known to be reached.
    peak_rss_is_bound: bool
    #: Bytes that came from storage (bytes); with accounting proc a lower bound.
    disk_read_bytes: int
    #: Bytes of pages dirtied, on their way to storage (bytes); with accounting proc a lower bound.
    disk_write_bytes: int
    #: Bytes that read() and the like returned, cached or not (bytes); with accounting proc a lower
    #: bound.
    syscall_read_bytes: int
    #: Bytes that write() and the like took (bytes); with accounting proc a lower bound.
    syscall_write_bytes: int
    #: Page faults that needed no storage; with accounting proc a lower bound.
    page_faults_cached: int
    #: Page faults that waited for storage; with accounting proc a lower bound.
    page_faults_disk: int
    #: Times that a thread gave its CPU up; with accounting proc a lower bound.
    ctx_switches_voluntary: int
    #: Times that a thread's CPU was taken away; with accounting proc a lower bound.
    ctx_switches_involuntary: int
    #: Times that a thread went on on another CPU; not known with accounting proc.
    migrations: int
    #: Bytes of dirty pages removed before they reached storage, by whoever did that (bytes); with
    #: accounting proc a lower bound.
    disk_write_cancelled_bytes: int
    #: Calls of read() and the like; with accounting proc a lower bound.
    syscall_read_count: int
    #: Calls of write() and the like; with accounting proc a lower bound.
    syscall_write_count: int
    #: Bytes received through sockets of IPv4 and IPv6; with --net (bytes); what splice() takes from
    #: a socket is not in it.
    socket_rx_bytes: int
    #: Bytes sent through sockets of IPv4 and IPv6; with --net (bytes).
    socket_tx_bytes: int
    #: The path of its cgroup: v2, else v1 memory.
    cgroup: str
    #: Whether cpu_time_ns is the kernel's closed account.
    exact: bool
    #: True when it lived before the monitor.
    partial: bool
    #: True when it went on after the end.
    running: bool
    #: Its own, which no other has in this run.
    id: int
    #: The id of who started it; with /proc, of the parent that it was first seen with.
    parent_id: int
    #: Its birth, or exec, since the start of the run: below 0 for what was before (ns).
    start_ns: int
    #: Its end, since the start of the run (ns).
    end_ns: int
    #: What it ran by one exec after another, where that is more than one program. The first may be
    #: its parent's, which it was forked with; cmd of the last is its own.
    programs: List[ProgramShare]
    #: Programs without an entry in programs: their shares are among the others.
    programs_omitted: int
    #: Who sent told_signal; absent for who is outside of our pid namespace.
    told_by_pid: int
    #: The same, if it is a process of the tree.
    told_by_id: int
    #: The last TERM, KILL, INT, HUP or QUIT that another process has sent it.
    told_signal: int
    #: When, since the start of the run (ns).
    told_ns: int
    #: The folder that its program was started in, as the first sample found it; left out for who had
    #: ended before it could be read, and for who was there before.
    cwd: str


class ExitRecord(TypedDict, total=False):
    """When the root has ended.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: How long before the root's end the last sample was (ms).
    last_sample_to_exit_ms: int
    #: Its exit status; absent when a signal ended it.
    exit_code: int
    #: The signal that ended it.
    signal: int


class SummaryRecord(TypedDict, total=False):
    """Last: the totals. With --also-cgroup one of the kind beside, with the same keys, stands
    before it for each cgroup.
    """

    kind: str
    #: Wall time; of a file without our summary from first to last sample (s).
    total_time_secs: float
    #: Samples taken.
    sample_count: int
    #: processes_peak; of a file without our summary the most at one sample; with accounting proc a
    #: lower bound.
    max_processes: int
    #: threads_peak; of a file without our summary the most at one sample; with accounting proc a
    #: lower bound.
    max_threads: int
    #: disk_read_bytes of the run (bytes); with accounting proc a lower bound.
    total_disk_read_bytes: int
    #: disk_write_bytes of the run (bytes); with accounting proc a lower bound.
    total_disk_write_bytes: int
    #: syscall_read_bytes of the run (bytes); with accounting proc a lower bound.
    total_syscall_read_bytes: int
    #: syscall_write_bytes of the run (bytes); with accounting proc a lower bound.
    total_syscall_write_bytes: int
    #: page_faults_cached of the run; with accounting proc a lower bound.
    peak_page_faults_cached: int
    #: page_faults_disk of the run; with accounting proc a lower bound.
    peak_page_faults_disk: int
    #: sys_net_rx_bytes of the run (bytes); what others received is in it.
    total_sys_net_rx_bytes: int
    #: sys_net_tx_bytes of the run (bytes); what others sent is in it.
    total_sys_net_tx_bytes: int
    #: The largest sum of RSS at a sample, or the largest peak of one process if that is more (kb);
    #: no bound in either direction: shared pages count in each process.
    peak_mem_rss_kb: int
    #: cpu_time_ns over counted_ns or else wall_ns, of one CPU; of denet's files the plain mean of
    #: samples (percent); with accounting proc a lower bound.
    avg_cpu_usage: float
    memory_characterization: Dict[str, Any]
    #: The root's arguments.
    command: List[str]
    #: True when command is cut.
    command_truncated: bool
    #: Its exit status; absent when a signal ended it.
    exit_code: int
    #: The signal that ended it.
    signal: int
    #: From birth to end; of a summary from the release of exec, or the attach, to the end of CMD, or
    #: with --wait-all of the last (ns).
    wall_ns: int
    #: CPU time, user and system (ns); with accounting proc a lower bound.
    cpu_time_ns: int
    #: Part of cpu_time_ns in user mode (ns); split by timer ticks; left out below ten of them.
    cpu_user_ns: int
    #: Part of cpu_time_ns in the kernel (ns); split by timer ticks; left out below ten of them.
    cpu_system_ns: int
    #: Time that threads could have run and waited for a CPU (ns); with accounting proc a lower
    #: bound.
    run_delay_ns: int
    #: Processes that there were; with accounting proc a lower bound.
    processes_total: int
    #: Processes that ended with a status other than 0, or by a signal other than PIPE; absent where
    #: none is known and ends_unknown says that of some that cannot be told; with accounting proc a
    #: lower bound.
    processes_failed: int
    #: Processes whose CPU time is exact.
    processes_exact: int
    #: Processes that went on after the end.
    processes_running: int
    #: Threads that there were, main ones included; with accounting proc a lower bound.
    threads_total: int
    #: When peak_mem_rss_kb was seen, since the start; absent for the peak of one process (ns).
    peak_mem_at_ns: int
    #: The largest peak_rss_kb of one process (kb).
    peak_process_rss_kb: int
    #: Whose peak_process_rss_kb it is.
    peak_process_pid: int
    #: Its name.
    peak_process_comm: str
    #: Page faults that needed no storage; with accounting proc a lower bound.
    page_faults_cached: int
    #: Page faults that waited for storage; with accounting proc a lower bound.
    page_faults_disk: int
    #: Times that a thread gave its CPU up; with accounting proc a lower bound.
    ctx_switches_voluntary: int
    #: Times that a thread's CPU was taken away; with accounting proc a lower bound.
    ctx_switches_involuntary: int
    #: Times that a thread went on on another CPU; not known with accounting proc.
    migrations: int
    #: Most processes alive at once; with accounting proc a lower bound.
    processes_peak: int
    #: Most threads alive at once; with accounting proc a lower bound.
    threads_peak: int
    #: Bytes of dirty pages removed before they reached storage, by whoever did that (bytes); with
    #: accounting proc a lower bound.
    disk_write_cancelled_bytes: int
    #: Calls of read() and the like; with accounting proc a lower bound.
    syscall_read_count: int
    #: Calls of write() and the like; with accounting proc a lower bound.
    syscall_write_count: int
    #: The largest pss_kb; absent when it was not read near the largest sum of RSS (kb); an upper one
    #: when pss_is_bound stands beside it.
    peak_pss_kb: int
    #: When that was, since the start (ns).
    peak_pss_at_ns: int
    #: True when PSS is at most so much: of some processes there is RSS alone.
    pss_is_bound: bool
    #: Time of the run in which at least one task waited for memory, of CMD's own cgroup where
    #: memory_stall_of_cgroup says so, or else of the whole machine (ns).
    memory_stall_ns: int
    #: True when memory_stall_ns is of CMD's own cgroup.
    memory_stall_of_cgroup: bool
    #: The least limit of memory of CMD's cgroup and those above it (kb); as it was at the end, of
    #: metadata at the start; without BPF of a container what it sees of it.
    memory_limit_kb: int
    #: True when memory_limit_kb was hit during the run.
    memory_limit_hit: bool
    #: Where the figures come from: bpf is exact, proc sampled, none nowhere.
    accounting: str
    #: Events of exec that were lost: commands unknown, no total lost.
    events_lost: int
    #: Records that are not there: of processes that are in the totals alone, and what a slow reader
    #: did not take.
    records_lost: int
    #: Tasks that were not followed: totals are then lower bounds.
    tasks_lost: int
    #: Part of cpu_time_ns that is older than the attach (ns).
    cpu_time_before_ns: int
    #: CPU time that denet-bpf used itself (ns).
    monitor_cpu_ns: int
    #: Most memory that denet-bpf had itself (kb).
    monitor_peak_rss_kb: int
    #: Samples that were due and could not be taken: no total is affected.
    samples_failed: int
    #: Why the figures are not of the whole run; absent when they are.
    incomplete: str
    #: Time that the totals were counted over; absent where that is wall_ns (ns).
    counted_ns: int
    #: CPU time that the cgroup of --own-cgroup has counted; without one that of denet-bpf's own,
    #: with its own CPU in it, if at the start and at the end that held nobody but denet-bpf, CMD and
    #: its descendants (ns).
    cgroup_cpu_ns: int
    #: The most memory that the cgroup of --own-cgroup had, with page cache and kernel memory (kb).
    cgroup_peak_kb: int
    #: The least CPU quota of CMD's cgroup and those above it; absent without one; as it was at the
    #: end, of metadata at the start; without BPF of a container what it sees of it.
    cpu_limit_cores: float
    #: Time of the run for which a quota kept that cgroup from running, summed over CPUs; of several
    #: with a quota the one that waited most (ns); of all in the cgroup, not of CMD alone.
    throttled_ns: int
    #: CPUs that CMD might run on, by its affinity and its cpuset; as it was at the last sample; of
    #: metadata at the start.
    cpus_usable: int
    #: Children are in no figure.
    root_alone: bool
    #: Processes that have ended, how is not known: processes_failed is without them.
    ends_unknown: int
    #: True when processes that share pages began or ended while PSS was read, one after the other:
    #: it may be far off, either way.
    pss_is_rough: bool
    #: True when memory_limit_kb is another than at the start.
    memory_limit_changed: bool
    #: memory_limit_kb of the start, where memory_limit_changed says that it was another; absent
    #: where there was none (kb).
    memory_limit_before_kb: int
    #: True when cpu_limit_cores is another than at the start.
    cpu_limit_changed: bool
    #: cpu_limit_cores of the start, where cpu_limit_changed says that it was another; absent where
    #: there was none.
    cpu_limit_before_cores: float
    #: Processes of CMD's own cgroup that the kernel has killed for want of memory during the run;
    #: absent where that is the root of its hierarchy; of all in the cgroup, not of CMD alone; of
    #: cgroups below it with v2 only.
    oom_kills: int
    #: Bytes received through sockets of IPv4 and IPv6; with --net (bytes); what splice() takes from
    #: a socket is not in it.
    socket_rx_bytes: int
    #: Bytes sent through sockets of IPv4 and IPv6; with --net (bytes).
    socket_tx_bytes: int


class ProgramShare(TypedDict, total=False):
    """Of a process that execed: each program that it ran, in order.
    """

    #: Its name, 15 bytes at most.
    comm: str
    #: Its arguments, the program's name first.
    cmd: List[str]
    #: True when cmd is cut, after 1024 bytes.
    cmd_truncated: bool
    #: Its birth, or exec, since the start of the run: below 0 for what was before (ns).
    start_ns: int
    #: CPU time, user and system (ns); with accounting proc a lower bound.
    cpu_time_ns: int
    #: Most resident memory of this program, without what the process was forked with (kb); short by
    #: up to a batch of pages a CPU; absent of one left that no sample met and that was not larger
    #: than those before.
    peak_rss_kb: int
    #: True when peak_rss_kb is only known to be reached.
    peak_rss_is_bound: bool
    #: Bytes received through sockets of IPv4 and IPv6; with --net (bytes); what splice() takes from
    #: a socket is not in it.
    socket_rx_bytes: int
    #: Bytes sent through sockets of IPv4 and IPv6; with --net (bytes).
    socket_tx_bytes: int


class MachineRecord(TypedDict, total=False):
    """Of denet-bpf host, at each sample: the machine.
    """

    kind: str
    #: When it was, since 1970 (s).
    timestamp: float
    #: CPU in use, of all together (percent); of the time since the sample before; absent at the
    #: first.
    cpu_percent: float
    #: CPU in use, of each (percent); of the time since the sample before; absent at the first.
    cpu_per_core: Any
    #: Memory that there is (bytes).
    memory_total: int
    #: Memory that could be had without swapping (bytes); an estimate of the kernel's.
    memory_available: int
    #: Memory that is not available (percent).
    memory_percent: float
    #: Swap in use (bytes).
    swap_used: int
    #: Swap in use; 0 where there is none (percent).
    swap_percent: float
    #: The file system of /, as df computes it (percent).
    disk_usage_percent: float
    #: Read from all disks since boot (bytes).
    disk_read_bytes: int
    #: Written to all disks since boot (bytes).
    disk_write_bytes: int
    #: Sent through all interfaces but loopback, in the agent's network namespace (bytes); falls when
    #: an interface goes.
    net_bytes_sent: int
    #: Received through all interfaces but loopback, in the agent's network namespace (bytes); falls
    #: when an interface goes.
    net_bytes_recv: int
    #: Load of the last 1, 5 and 15 minutes.
    load_avg: Any
    #: How fast disk_read_bytes grows; absent at the first sample, and where the counter fell.
    disk_read_bytes_per_sec: float
    #: How fast disk_write_bytes grows; absent at the first sample, and where the counter fell.
    disk_write_bytes_per_sec: float
    #: How fast net_bytes_sent grows; absent at the first sample, and where the counter fell.
    net_sent_bytes_per_sec: float
    #: How fast net_bytes_recv grows; absent at the first sample, and where the counter fell.
    net_recv_bytes_per_sec: float
    #: Cgroups that are watched.
    groups: int
    #: Cgroups that are not: there are more than 5,000.
    groups_omitted: int
    #: Threads that are counted with what they had used before they came.
    threads_overcounted: int
    #: Ended threads that are in no command: there were too many of those.
    threads_unsorted: int
    #: Processes that are there and may not be looked at, as of the last walk.
    processes_unreadable: int
    #: Time in which a task waited for a CPU (ns).
    cpu_stall_ns: int
    #: Time in which a task waited for memory (ns).
    memory_stall_ns: int
    #: Time in which all of them did (ns).
    memory_full_stall_ns: int
    #: Time in which a task waited for a device (ns).
    io_stall_ns: int
    #: Time in which all of them did (ns).
    io_full_stall_ns: int
    #: How fast cpu_stall_ns grows (percent); of the time since the sample before; absent at the
    #: first.
    cpu_pressure: float
    #: How fast memory_stall_ns grows (percent); of the time since the sample before; absent at the
    #: first.
    memory_pressure: float
    #: How fast io_stall_ns grows (percent); of the time since the sample before; absent at the
    #: first.
    io_pressure: float
    #: Births and ends of cgroups that there was no room for: a look finds them later.
    cgroup_events_lost: int
    #: Rows of commands in use, of 16,384 at most for those that have ended.
    command_rows: int
    #: Processes that are in processes_failed or processes_killed alone: there were too many ways to
    #: end.
    ends_unsorted: int


class GroupRecord(TypedDict, total=False):
    """Of denet-bpf host, at each sample: a container, a unit, or another cgroup.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: container, pod, vm, job, unit, or cgroup for any other.
    type: str
    #: What it is called; an id is cut to 12 digits.
    name: str
    #: What made it, where its path tells.
    runtime: str
    #: Its whole id, where it has one.
    id: str
    #: Its path.
    cgroup: str
    #: The name of the one around it: its figures are part of that one's.
    parent: MemberSample
    #: The pod that it is in.
    pod_uid: str
    #: CPU time of all that ran in it and below, whether it has ended or not (ns).
    cpu_time_ns: int
    #: Part of it in user mode (ns); with version 1 whole ticks; read every 5 s.
    cpu_user_ns: int
    #: Part of it in the kernel (ns); with version 1 whole ticks; read every 5 s.
    cpu_system_ns: int
    #: CPU in use, of one CPU (percent); of the time since the sample before; absent at the first.
    cpu_usage: float
    #: Time for which its own quota kept it from running, summed over CPUs (ns).
    throttled_ns: int
    #: Periods of the quota in which it did.
    throttled_periods: int
    #: Memory charged to it, page cache and the kernel's included (bytes).
    memory_bytes: int
    #: The most of it so far (bytes).
    memory_peak_bytes: int
    #: memory_bytes without page cache that was not used lately (bytes).
    memory_working_set_bytes: int
    #: Memory of processes that no file is behind (bytes).
    memory_anon_bytes: int
    #: Page cache, tmpfs included (bytes).
    memory_file_bytes: int
    #: Part of it in tmpfs and shared memory (bytes).
    memory_shmem_bytes: int
    #: What of it is swapped out (bytes).
    memory_swap_bytes: int
    #: Its own limit; absent without one (bytes); one around it may be less.
    memory_limit_bytes: int
    #: Processes killed in it for want of memory.
    oom_kills: int
    #: Read from devices (bytes); with version 1 what its tasks did since the agent's start, with
    #: BPF; a device on others counts again.
    disk_read_bytes: int
    #: Written to devices (bytes); with version 1 what its tasks did since the agent's start, with
    #: BPF; a device on others counts again.
    disk_write_bytes: int
    #: Reads from devices; not known with version 1.
    disk_read_count: int
    #: Writes to devices; not known with version 1.
    disk_write_count: int
    #: Threads in it.
    pids_current: int
    #: How many it may have; absent without a limit.
    pids_limit: int
    #: Time in which a task of it waited for a CPU (ns).
    cpu_stall_ns: int
    #: Time in which a task of it waited for memory (ns).
    memory_stall_ns: int
    #: Time in which all of them did (ns).
    memory_full_stall_ns: int
    #: Time in which a task of it waited for a device (ns).
    io_stall_ns: int
    #: Time in which all of them did (ns).
    io_full_stall_ns: int
    #: How fast throttled_ns grows, of one CPU (percent); of the time since the sample before; absent
    #: at the first.
    throttled_percent: float
    #: How fast disk_read_bytes grows; absent at the first sample, and where the counter fell.
    disk_read_bytes_per_sec: float
    #: How fast disk_write_bytes grows; absent at the first sample, and where the counter fell.
    disk_write_bytes_per_sec: float
    #: How fast cpu_stall_ns grows (percent); of the time since the sample before; absent at the
    #: first.
    cpu_pressure: float
    #: How fast memory_stall_ns grows (percent); of the time since the sample before; absent at the
    #: first.
    memory_pressure: float
    #: How fast io_stall_ns grows (percent); of the time since the sample before; absent at the
    #: first.
    io_pressure: float
    #: What it was made of.
    image: str
    #: The pod that it is in, by Kubernetes.
    pod_name: str
    #: The namespace of that.
    pod_namespace: str
    #: What it is called in that pod.
    container: str
    #: The project of compose that it is of.
    compose_project: str
    #: The service of that project.
    compose_service: str
    #: NAMESPACE/WORKLOAD/CONTAINER, PROJECT/SERVICE, the image, the name or the runtime: what
    #: containers are one of many of.
    class_name: str
    #: Time that threads could have run and waited for a CPU (ns).
    run_delay_ns: int
    #: Page faults that needed no storage.
    page_faults_cached: int
    #: Page faults that waited for storage.
    page_faults_disk: int
    #: Those that live.
    processes_living: int
    #: Those that have ended.
    processes_ended: int
    #: Of these with a status other than 0.
    processes_failed: int
    #: Of these by a signal.
    processes_killed: int
    #: Received through the interfaces of its network namespace, but loopback (bytes); of all that
    #: share the namespace; absent where that is the agent's.
    net_bytes_recv: int
    #: Sent through the interfaces of its network namespace, but loopback (bytes); of all that share
    #: the namespace; absent where that is the agent's.
    net_bytes_sent: int
    #: Those that have ended or live, but for those that lived when the agent began; about: who comes
    #: by a move, or by an exec under this name, is one of them, and who goes so may hide one.
    processes_started: int
    #: Of processes_failed how many with which status, as 1:3 127:1; the most frequent first; at most
    #: 12 ways to end; the rest as other:N.
    failed_by_status: str
    #: Of processes_killed how many by which signal, as 9:2 15:1; at most 12 ways to end; the rest as
    #: other:N.
    killed_by_signal: str
    #: The program of the last process in it that was killed for want of memory; of several since the
    #: sample before any one.
    oom_victim: str


class CommandRecord(TypedDict, total=False):
    """Of denet-bpf host with BPF, at each sample: the processes of one name and user in a group,
    the ended ones included.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: The name of the innermost group that they are in.
    group: str
    #: Its path.
    cgroup: str
    #: The name of their program, as it was at the end; what a process used before an exec is under
    #: its last name.
    comm: str
    #: Whose they are.
    uid: int
    #: CPU time since the agent's start, of those that have ended, too (ns).
    cpu_time_ns: int
    #: CPU in use, of one CPU (percent); of the time since the sample before; absent at the first.
    cpu_usage: float
    #: Time that threads could have run and waited for a CPU (ns).
    run_delay_ns: int
    #: Page faults that needed no storage.
    page_faults_cached: int
    #: Page faults that waited for storage.
    page_faults_disk: int
    #: Bytes that came from storage (bytes).
    disk_read_bytes: int
    #: Bytes of pages dirtied, on their way to storage (bytes).
    disk_write_bytes: int
    #: Those that live.
    processes_living: int
    #: Their threads.
    threads_living: int
    #: Those that have ended.
    processes_ended: int
    #: Of these with a status other than 0.
    processes_failed: int
    #: Of these by a signal.
    processes_killed: int
    #: Of these for want of memory.
    oom_kills: int
    #: Those that have ended or live, but for those that lived when the agent began; about: who comes
    #: by a move, or by an exec under this name, is one of them, and who goes so may hide one.
    processes_started: int
    #: Of processes_failed how many with which status, as 1:3 127:1; the most frequent first; at most
    #: 12 ways to end; the rest as other:N.
    failed_by_status: str
    #: Of processes_killed how many by which signal, as 9:2 15:1; at most 12 ways to end; the rest as
    #: other:N.
    killed_by_signal: str


class ProcessesRecord(TypedDict, total=False):
    """Of denet-bpf host with processes in its configuration, at each sample: all processes of the
    machine that a rule gives one name.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: What the rule calls it; other for what no rule matches.
    name: str
    #: exact, by BPF; or at_least, by /proc, which misses what ends between two samples.
    counted: str
    #: CPU time since the agent's start, of those that have ended, too (ns).
    cpu_time_ns: int
    #: CPU in use, of one CPU (percent); of the time since the sample before; absent at the first.
    cpu_usage: float
    #: Time that threads could have run and waited for a CPU (ns).
    run_delay_ns: int
    #: Page faults that needed no storage.
    page_faults_cached: int
    #: Page faults that waited for storage.
    page_faults_disk: int
    #: Bytes that came from storage (bytes).
    disk_read_bytes: int
    #: Bytes of pages dirtied, on their way to storage (bytes).
    disk_write_bytes: int
    #: Resident memory of the living, shared pages as often as they are shared (bytes); about; as of
    #: the last walk over /proc.
    memory_bytes: int
    #: Those that live.
    processes_living: int
    #: Their threads.
    threads_living: int
    #: Those that have ended.
    processes_ended: int
    #: Of these with a status other than 0.
    processes_failed: int
    #: Of these by a signal.
    processes_killed: int
    #: Of these for want of memory.
    oom_kills: int
    #: Those that have ended or live, but for those that lived when the agent began; about: who comes
    #: by a move, or by an exec under this name, is one of them, and who goes so may hide one.
    processes_started: int
    #: Of processes_failed how many with which status, as 1:3 127:1; the most frequent first; at most
    #: 12 ways to end; the rest as other:N.
    failed_by_status: str
    #: Of processes_killed how many by which signal, as 9:2 15:1; at most 12 ways to end; the rest as
    #: other:N.
    killed_by_signal: str


class HeavyRecord(TypedDict, total=False):
    """Of denet-bpf host, every minute: a process that uses much CPU or memory.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: Why it is told: cpu goes before memory.
    reason: str
    #: Its process id.
    pid: int
    #: The name of its program.
    name: str
    #: CPU in use, of one CPU, over the window; what its ended threads used is in it (percent); in
    #: ticks; absent at the first look at it.
    cpu_percent: float
    #: The same since the look before (percent); in ticks; absent at the first look at it.
    cpu_percent_latest: float
    #: Its resident memory (bytes); about.
    rss: int
    #: Its virtual memory (bytes).
    vms: int
    #: Whose it is; #1000 for a user without a name.
    username: str
    #: When it began, since 1970 (s); to a tick.
    create_time: float
    #: The container that it is in.
    container: str
    #: Whether it has ended since the walk before: the figures are those of then.
    ended: bool


class HistoryRecord(TypedDict, total=False):
    """Of denet-bpf host -v, at its end: a figure over the samples that it keeps.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: The key that it has in the others' records.
    figure: str
    #: Whose it is; absent for the machine.
    group: str
    #: At how many samples it was known.
    values: int
    #: From the first of these to the last sample (ns).
    span_ns: int
    #: The least; to 24 bits, as the next.
    min: float
    #: The mean of the samples.
    mean: float
    #: Half of them are at most as large.
    p50: float
    #: 95 percent are.
    p95: float
    #: 99 percent are.
    p99: float
    #: The largest.
    max: float


class DiskRecord(TypedDict, total=False):
    """Of denet-bpf host, at each sample: a whole disk.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: Its name.
    device: str
    #: Read from it since boot (bytes).
    disk_read_bytes: int
    #: Written to it since boot (bytes).
    disk_write_bytes: int
    #: Reads from it.
    disk_read_count: int
    #: Writes to it.
    disk_write_count: int
    #: Time in which it had something to do (ns).
    disk_busy_ns: int
    #: How fast disk_read_bytes grows; absent at the first sample, and where the counter fell.
    disk_read_bytes_per_sec: float
    #: How fast disk_write_bytes grows; absent at the first sample, and where the counter fell.
    disk_write_bytes_per_sec: float
    #: How fast disk_busy_ns grows (percent); absent at the first sample, and where the counter fell.
    disk_busy_percent: float


class InterfaceRecord(TypedDict, total=False):
    """Of denet-bpf host, at each sample: a network interface.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: Its name.
    interface: str
    #: Sent through it (bytes).
    net_bytes_sent: int
    #: Received through it (bytes).
    net_bytes_recv: int
    #: Packets sent.
    net_packets_sent: int
    #: Packets received.
    net_packets_recv: int
    #: Packets that could not be sent.
    net_errors_sent: int
    #: Packets that came damaged.
    net_errors_recv: int
    #: How fast net_bytes_sent grows; absent at the first sample, and where the counter fell.
    net_sent_bytes_per_sec: float
    #: How fast net_bytes_recv grows; absent at the first sample, and where the counter fell.
    net_recv_bytes_per_sec: float


class FilesystemRecord(TypedDict, total=False):
    """Of denet-bpf host, at each sample: a local file system.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: Where it is mounted.
    mount: str
    #: What is mounted.
    source: str
    #: Its type.
    fs_type: str
    #: What it holds (bytes).
    fs_total_bytes: int
    #: What of it is free (bytes).
    fs_free_bytes: int
    #: What of it users without privileges can have (bytes).
    fs_available_bytes: int
    #: What is used, as df computes it (percent).
    disk_usage_percent: float


class ContainerRecord(TypedDict, total=False):
    """Of denet-bpf host, when a container or another group has ended: its last figures.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: container, pod, vm, job, unit, or cgroup for any other.
    type: str
    #: What it is called; an id is cut to 12 digits.
    name: str
    #: What made it, where its path tells.
    runtime: str
    #: Its whole id, where it has one.
    id: str
    #: Its path.
    cgroup: str
    #: The name of the one around it: its figures are part of that one's.
    parent: MemberSample
    #: The pod that it is in.
    pod_uid: str
    #: CPU time of all that ran in it and below, whether it has ended or not (ns).
    cpu_time_ns: int
    #: Part of it in user mode (ns); with version 1 whole ticks; read every 5 s.
    cpu_user_ns: int
    #: Part of it in the kernel (ns); with version 1 whole ticks; read every 5 s.
    cpu_system_ns: int
    #: Time for which its own quota kept it from running, summed over CPUs (ns).
    throttled_ns: int
    #: Periods of the quota in which it did.
    throttled_periods: int
    #: The most of it so far (bytes).
    memory_peak_bytes: int
    #: Its own limit; absent without one (bytes); one around it may be less.
    memory_limit_bytes: int
    #: Processes killed in it for want of memory.
    oom_kills: int
    #: Read from devices (bytes); with version 1 what its tasks did since the agent's start, with
    #: BPF; a device on others counts again.
    disk_read_bytes: int
    #: Written to devices (bytes); with version 1 what its tasks did since the agent's start, with
    #: BPF; a device on others counts again.
    disk_write_bytes: int
    #: Reads from devices; not known with version 1.
    disk_read_count: int
    #: Writes to devices; not known with version 1.
    disk_write_count: int
    #: How many it may have; absent without a limit.
    pids_limit: int
    #: Time in which a task of it waited for a CPU (ns).
    cpu_stall_ns: int
    #: Time in which a task of it waited for memory (ns).
    memory_stall_ns: int
    #: Time in which all of them did (ns).
    memory_full_stall_ns: int
    #: Time in which a task of it waited for a device (ns).
    io_stall_ns: int
    #: Time in which all of them did (ns).
    io_full_stall_ns: int
    #: When its first process came, since 1970 (ms); absent of one that was there before the agent.
    started_ms: int
    #: When its last process went, since 1970 (ms); when it was found gone, where counters_final is
    #: false.
    ended_ms: int
    #: Its counters were read when it was empty, or its tasks and the kernel told them; else they are
    #: those of the last look, and lower bounds.
    counters_final: bool
    #: What it was made of.
    image: str
    #: The pod that it is in, by Kubernetes.
    pod_name: str
    #: The namespace of that.
    pod_namespace: str
    #: What it is called in that pod.
    container: str
    #: The project of compose that it is of.
    compose_project: str
    #: The service of that project.
    compose_service: str
    #: NAMESPACE/WORKLOAD/CONTAINER, PROJECT/SERVICE, the image, the name or the runtime: what
    #: containers are one of many of.
    class_name: str
    #: Time that threads could have run and waited for a CPU (ns).
    run_delay_ns: int
    #: Page faults that needed no storage.
    page_faults_cached: int
    #: Page faults that waited for storage.
    page_faults_disk: int
    #: Those that live.
    processes_living: int
    #: Those that have ended.
    processes_ended: int
    #: Of these with a status other than 0.
    processes_failed: int
    #: Of these by a signal.
    processes_killed: int
    #: Received through the interfaces of its network namespace, but loopback (bytes); of all that
    #: share the namespace; absent where that is the agent's.
    net_bytes_recv: int
    #: Sent through the interfaces of its network namespace, but loopback (bytes); of all that share
    #: the namespace; absent where that is the agent's.
    net_bytes_sent: int
    #: Those that have ended or live, but for those that lived when the agent began; about: who comes
    #: by a move, or by an exec under this name, is one of them, and who goes so may hide one.
    processes_started: int
    #: Of processes_failed how many with which status, as 1:3 127:1; the most frequent first; at most
    #: 12 ways to end; the rest as other:N.
    failed_by_status: str
    #: Of processes_killed how many by which signal, as 9:2 15:1; at most 12 ways to end; the rest as
    #: other:N.
    killed_by_signal: str
    #: The program of the last process in it that was killed for want of memory; of several since the
    #: sample before any one.
    oom_victim: str


class ClassRecord(TypedDict, total=False):
    """Of denet-bpf host, at each sample: all containers of an image, a service or a workload, the
    ended ones included.
    """

    kind: str
    #: When it was, since 1970 (ms).
    ts_ms: int
    #: NAMESPACE/WORKLOAD/CONTAINER, PROJECT/SERVICE, the image, the name or the runtime: what
    #: containers are one of many of.
    class_name: str
    #: CPU time of all containers of the class, of those that have ended, too (ns); never falls.
    cpu_time_ns: int
    #: CPU in use by the class, of one CPU (percent); of the time since the sample before; absent at
    #: the first.
    cpu_usage: float
    #: Time for which quotas kept them from running (ns); never falls.
    throttled_ns: int
    #: Memory charged to the living ones (bytes).
    memory_bytes: int
    #: Processes killed in them for want of memory; never falls.
    oom_kills: int
    #: Read from devices by them (bytes); not known with version 1.
    disk_read_bytes: int
    #: Written to devices by them (bytes); not known with version 1.
    disk_write_bytes: int
    #: How many of them there are.
    containers_living: int
    #: How many were seen since the agent's start.
    containers_started: int
    #: How many of these have ended.
    containers_ended: int


class ConnectionsRecord(TypedDict, total=False):
    """Of denet-bpf host, now and then: TCP sockets of a network namespace, all of them and those
    of each address that is listened at.
    """

    kind: str
    #: When they were counted, since 1970 (ms).
    ts_ms: int
    #: Whose namespace it is, of several the first; absent for the machine's own.
    group: str
    #: Its path.
    cgroup: str
    #: The address and port that they came to; absent where it is all of the namespace, those that
    #: went out from it included.
    listening: str
    #: exact; or at_least, where there are more sockets than are read.
    counted: str
    #: Open connections.
    established: int
    #: Begun from here, without an answer yet.
    syn_sent: int
    #: Begun from there, not complete yet.
    syn_recv: int
    #: Closed here, not yet there.
    fin_wait: int
    #: Closed, kept for what may still come.
    time_wait: int
    #: Closed there, not yet here.
    close_wait: int
    #: Closed on both sides, before the last answer.
    last_ack: int
    #: Closed on both sides at once.
    closing: int
    #: Sockets that wait for connections.
    listeners: int
    #: Sockets that listen at addresses beyond the first 64, which have no record.
    listeners_omitted: int


if TYPE_CHECKING:

    class SummaryFigures:
        """The keys of a summary record as attributes; None for what is not known."""

        #: (s)
        total_time_secs: Optional[float]
        sample_count: Optional[int]
        max_processes: Optional[int]
        max_threads: Optional[int]
        #: (bytes)
        total_disk_read_bytes: Optional[int]
        #: (bytes)
        total_disk_write_bytes: Optional[int]
        #: (bytes)
        total_syscall_read_bytes: Optional[int]
        #: (bytes)
        total_syscall_write_bytes: Optional[int]
        peak_page_faults_cached: Optional[int]
        peak_page_faults_disk: Optional[int]
        #: (bytes)
        total_sys_net_rx_bytes: Optional[int]
        #: (bytes)
        total_sys_net_tx_bytes: Optional[int]
        #: (kb)
        peak_mem_rss_kb: Optional[int]
        #: (percent)
        avg_cpu_usage: Optional[float]
        memory_characterization: Optional[Dict[str, Any]]
        command: Optional[List[str]]
        command_truncated: Optional[bool]
        exit_code: Optional[int]
        signal: Optional[int]
        #: (ns)
        wall_ns: Optional[int]
        #: (ns)
        cpu_time_ns: Optional[int]
        #: (ns)
        cpu_user_ns: Optional[int]
        #: (ns)
        cpu_system_ns: Optional[int]
        #: (ns)
        run_delay_ns: Optional[int]
        processes_total: Optional[int]
        processes_failed: Optional[int]
        processes_exact: Optional[int]
        processes_running: Optional[int]
        threads_total: Optional[int]
        #: (ns)
        peak_mem_at_ns: Optional[int]
        #: (kb)
        peak_process_rss_kb: Optional[int]
        peak_process_pid: Optional[int]
        peak_process_comm: Optional[str]
        page_faults_cached: Optional[int]
        page_faults_disk: Optional[int]
        ctx_switches_voluntary: Optional[int]
        ctx_switches_involuntary: Optional[int]
        migrations: Optional[int]
        processes_peak: Optional[int]
        threads_peak: Optional[int]
        #: (bytes)
        disk_write_cancelled_bytes: Optional[int]
        syscall_read_count: Optional[int]
        syscall_write_count: Optional[int]
        #: (kb)
        peak_pss_kb: Optional[int]
        #: (ns)
        peak_pss_at_ns: Optional[int]
        pss_is_bound: Optional[bool]
        #: (ns)
        memory_stall_ns: Optional[int]
        memory_stall_of_cgroup: Optional[bool]
        #: (kb)
        memory_limit_kb: Optional[int]
        memory_limit_hit: Optional[bool]
        accounting: Optional[str]
        events_lost: Optional[int]
        records_lost: Optional[int]
        tasks_lost: Optional[int]
        #: (ns)
        cpu_time_before_ns: Optional[int]
        #: (ns)
        monitor_cpu_ns: Optional[int]
        #: (kb)
        monitor_peak_rss_kb: Optional[int]
        samples_failed: Optional[int]
        incomplete: Optional[str]
        #: (ns)
        counted_ns: Optional[int]
        #: (ns)
        cgroup_cpu_ns: Optional[int]
        #: (kb)
        cgroup_peak_kb: Optional[int]
        cpu_limit_cores: Optional[float]
        #: (ns)
        throttled_ns: Optional[int]
        cpus_usable: Optional[int]
        root_alone: Optional[bool]
        ends_unknown: Optional[int]
        pss_is_rough: Optional[bool]
        memory_limit_changed: Optional[bool]
        #: (kb)
        memory_limit_before_kb: Optional[int]
        cpu_limit_changed: Optional[bool]
        cpu_limit_before_cores: Optional[float]
        oom_kills: Optional[int]
        #: (bytes)
        socket_rx_bytes: Optional[int]
        #: (bytes)
        socket_tx_bytes: Optional[int]
