# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The structs of <denet/denet.h> for ctypes; python/tests/test_native.py holds them against it."""

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int64,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_ulong,
    c_void_p,
    sizeof,
)
from typing import Any, Dict, Tuple, Type

from . import _metrics

UNKNOWN = 2**64 - 1

ACCOUNTING_AUTO, ACCOUNTING_BPF, ACCOUNTING_PROC, ACCOUNTING_NONE = range(4)

# By the name that the struct has in C.
STRUCTS: Dict[str, Type[Structure]] = {}


def _struct(name: str, *fields: Tuple[Any, ...]) -> Any:
    """Declares `struct denet_NAME`; a field is its C type followed by the names that share it."""
    listed = [(field, kind) for kind, *names in fields for field in names]
    body = {"_fields_": listed, "__slots__": ()}  # a misspelt field is an AttributeError
    made = type("".join(map(str.capitalize, name.split("_"))), (Structure,), body)
    STRUCTS["denet_" + name] = made
    return made


Counters = _struct("counters", (c_uint64, *_metrics.COUNTERS))

Sample = _struct(
    "sample",
    (c_uint64, "ts_ms"),
    (c_double, "cpu_usage"),
    (c_uint64, "mem_rss_kb", "mem_vms_kb", "pss_kb"),
    (Counters, "used"),
    (c_uint64, "sys_net_rx_bytes", "sys_net_tx_bytes", "thread_count", "uptime_secs", "cpu_core"),
    (c_double, "psi_some_avg10", "psi_full_avg10"),
)

Child = _struct("child", (c_uint32, "pid"), (c_char_p, "comm"), (Sample, "sample"))

Tree = _struct(
    "tree",
    (c_size_t, "size"),
    (c_uint64, "ts_ms"),
    (Sample, "parent"),
    (POINTER(Child), "children"),
    (c_size_t, "children_count"),
    (c_uint64, "children_omitted"),
    (Sample, "aggregated"),
    (c_uint64, "process_count", "processes_started", "processes_exited"),
    (c_bool, "pss_is_bound", "parent_is_over", "aggregated_is_over", "pss_is_rough"),
)

# args holds NUL bytes: ctypes.string_at(args, args_len).
Command = _struct(
    "command", (c_void_p, "args"), (c_size_t, "args_len"), (c_bool, "truncated"), (c_char_p, "exe")
)

Start = _struct(
    "start",
    (c_size_t, "size"),
    (c_uint32, "pid"),
    (c_uint64, "t0_ms"),
    (Command, "command"),
    (c_int, "accounting"),
    (c_uint64, "interval_ms", "max_interval_ms"),
    (c_char_p, "host", "cwd", "user", "label", "job"),
    (c_bool, "has_system_psi", "is_attached"),
    (c_uint64, "cpus_usable", "memory_limit_kb"),
    (c_double, "cpu_limit_cores"),
)

Arrival = _struct(
    "arrival",
    (c_size_t, "size"),
    (c_uint64, "ts_ms"),
    (c_uint32, "pid", "ppid"),
    (Command, "command"),
)

End = _struct(
    "end", (c_bool, "known"), (c_int, "exit_code", "signal"), (c_bool, "core_dumped", "unseen")
)

ProcessProgram = _struct(
    "process_program",
    (c_char_p, "comm"),
    (Command, "command"),
    (c_int64, "start_ns"),
    (Counters, "used"),
    (c_uint64, "peak_rss_kb"),
    (c_bool, "peak_is_bound", "is_forked"),
)

Process = _struct(
    "process",
    (c_size_t, "size"),
    (c_uint32, "pid", "ppid"),
    (c_char_p, "comm"),
    (Command, "command"),
    (c_uint64, "uid", "start_ms", "wall_ns"),
    (Counters, "used"),
    (End, "end"),
    (c_bool, "oom_killed"),
    (c_uint64, "threads_total", "peak_rss_kb"),
    (c_bool, "peak_is_bound"),
    (c_char_p, "cgroup"),
    (c_bool, "is_exact", "is_partial", "is_running"),
    (c_uint64, "id", "parent_id"),
    (c_int64, "start_ns"),
    (c_uint64, "end_ns"),
    (POINTER(ProcessProgram), "programs"),
    (c_size_t, "programs_count"),
    (c_uint64, "programs_omitted"),
    (c_uint32, "told_signal", "told_by_pid"),
    (c_uint64, "told_by_id", "told_ns"),
    (c_char_p, "cwd"),
    (c_bool, "oom_unknown"),
)

Exit = _struct(
    "exit",
    (c_size_t, "size"),
    (c_uint64, "ts_ms"),
    (End, "end"),
    (c_uint64, "last_sample_to_exit_ms"),
)

Group = _struct(
    "group",
    (c_char_p, "comm"),
    (c_uint64, "count", "failed", "cpu_time_ns", "peak_rss_kb"),
)

Failure = _struct(
    "failure",
    (c_char_p, "comm"),
    (End, "end"),
    (c_bool, "oom_killed"),
    (c_uint64, "count"),
    (c_bool, "has_root"),
)

Survivor = _struct("survivor", (c_char_p, "comm"), (c_uint32, "pid"))

Summary = _struct(
    "summary",
    (c_size_t, "size"),
    (c_int, "accounting"),
    (Command, "command"),
    (End, "end"),
    (c_uint64, "wall_ns", "sample_count", "cpu_time_before_ns"),
    (Counters, "used"),
    (c_uint64, "sys_net_rx_bytes", "sys_net_tx_bytes", "processes_total", "processes_peak"),
    (c_uint64, "processes_failed", "processes_exact", "processes_running", "threads_total"),
    (c_uint64, "threads_peak", "peak_mem_rss_kb", "peak_mem_at_ns", "peak_process_rss_kb"),
    (c_uint32, "peak_process_pid"),
    (c_char_p, "peak_process_comm"),
    (c_uint64, "psi_samples", "psi_stalled_samples", "events_lost", "records_lost", "tasks_lost"),
    (c_uint64, "monitor_cpu_ns", "monitor_peak_rss_kb"),
    (POINTER(Group), "groups"),
    (c_size_t, "groups_count"),
    (POINTER(Failure), "failures"),
    (c_size_t, "failures_count"),
    (POINTER(Survivor), "survivors"),
    (c_size_t, "survivors_count"),
    (c_double, "total_time_secs", "avg_cpu_usage", "psi_some_fraction"),
    (c_char_p, "memory_verdict"),
    (c_uint64, "peak_pss_kb", "peak_pss_at_ns"),
    (c_bool, "pss_is_bound"),
    (c_uint64, "samples_failed"),
    (c_char_p, "incomplete"),
    (c_bool, "memory_stall_of_cgroup", "memory_limit_hit"),
    (c_uint64, "memory_stall_ns", "memory_limit_kb", "cgroup_cpu_ns", "cgroup_peak_kb"),
    (c_uint64, "counted_ns"),
    (c_double, "cpu_limit_cores"),
    (c_uint64, "throttled_ns", "cpus_usable"),
    (c_bool, "is_root_alone"),
    (c_uint64, "ends_unknown"),
    (c_bool, "pss_is_rough", "memory_limit_changed", "cpu_limit_changed"),
    (c_uint64, "memory_limit_before_kb"),
    (c_double, "cpu_limit_before_cores"),
    (c_uint64, "oom_kills"),
)

OnStart = CFUNCTYPE(None, c_void_p, POINTER(Start))
OnArrival = CFUNCTYPE(None, c_void_p, POINTER(Arrival))
OnSample = CFUNCTYPE(None, c_void_p, POINTER(Tree))
OnProcess = CFUNCTYPE(None, c_void_p, POINTER(Process))
OnExit = CFUNCTYPE(None, c_void_p, POINTER(Exit))
OnSummary = CFUNCTYPE(None, c_void_p, POINTER(Summary))
OnWarning = CFUNCTYPE(None, c_void_p, c_char_p)
OnLog = CFUNCTYPE(None, c_void_p, c_int, c_char_p)

Observer = _struct(
    "observer",
    (c_size_t, "size"),
    (c_void_p, "context"),
    (OnStart, "on_start"),
    (OnArrival, "on_arrival"),
    (OnSample, "on_sample"),
    (OnProcess, "on_process"),
    (OnExit, "on_exit"),
    (OnWarning, "on_warning"),
    (OnSummary, "on_summary"),
    (c_bool, "wants_members"),
)


class SignalSet(Structure):
    """sigset_t of Linux."""

    _fields_ = [("words", c_ulong * (1024 // 8 // sizeof(c_ulong)))]

    def add(self, number: int) -> None:
        word, bit = divmod(number - 1, 8 * sizeof(c_ulong))
        self.words[word] |= 1 << bit


# groups: an array of gid_t
User = _struct(
    "user", (c_uint32, "uid", "gid"), (POINTER(c_uint32), "groups"), (c_size_t, "groups_count")
)

Options = _struct(
    "options",
    (c_size_t, "size"),
    (c_uint64, "interval_ms", "max_interval_ms", "duration_ns"),
    (c_size_t, "children_max", "records_max_bytes"),
    (c_int, "accounting"),
    (c_bool, "since_process_start", "exclude_children", "no_polling", "pss", "wait_all"),
    (c_bool, "own_programs_only", "adopt_orphans", "keep_records", "records_compat_denet"),
    (c_bool, "keep_loaded"),
    (c_char_p, "label", "proc_root"),
    (c_bool, "no_pss", "net"),
)

# argv, environment: arrays of char *, the last NULL
Launch = _struct(
    "launch",
    (c_size_t, "size"),
    (POINTER(c_char_p), "argv", "environment"),
    (c_char_p, "cwd"),
    (POINTER(User), "user"),
    (POINTER(SignalSet), "mask", "ignored", "defaulted"),
    (c_int, "stdin_fd", "stdout_fd", "stderr_fd"),
    (c_bool, "new_session", "own_cgroup"),
)

Error = _struct("error", (c_size_t, "size"), (c_int, "exec_errno"), (c_char * 256, "text"))

# <denet/metrics.h>

MetricUse = _struct("metric_use", (c_uint16, "record", "place", "offset"))

Metric = _struct(
    "metric",
    (c_char_p, "key", "group", "old_key", "label", "unit", "help", "source", "bound"),
    (c_int, "type", "form"),
    (c_bool, "is_denets", "is_demanded"),
    (MetricUse * 7, "uses"),
)

# <denet/writer.h>

FORMATS = {"jsonl": 0, "json": 1, "csv": 2}
RECORD_METADATA = 1

OnLoss = CFUNCTYPE(None, c_void_p, c_char_p, c_int)
WriteFunction = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)

WriterOptions = _struct(
    "writer_options",
    (c_size_t, "size"),
    (c_int, "format"),
    (c_uint32, "left_out"),
    (c_bool, "compat_denet", "exclude_children", "write_env", "closes_array"),
    (OnLoss, "on_loss"),
    (c_void_p, "context"),
    (c_bool, "never_waits"),
    (OnWarning, "on_warning"),
)

# <denet/analysis.h>

AnalysisOptions = _struct("analysis_options", (c_size_t, "size", "processes_max"))

WaitedSegment = _struct(
    "waited_segment",
    (c_uint64, "start_ns", "end_ns", "id"),
    (c_uint32, "pid"),
    (c_char_p, "comm"),
    (Command, "command"),
    (c_bool, "is_waiting"),
)

WaitedProgram = _struct(
    "waited_program", (c_char_p, "comm"), (c_uint64, "time_ns", "segments_count")
)

Waited = _struct(
    "waited",
    (c_size_t, "size"),
    (c_char_p, "unknown"),
    (c_uint64, "wall_ns", "waiting_ns", "run_delay_ns"),
    (POINTER(WaitedSegment), "segments"),
    (c_size_t, "segments_count"),
    (POINTER(WaitedProgram), "programs"),
    (c_size_t, "programs_count"),
)

Parallel = _struct(
    "parallel",
    (c_size_t, "size"),
    (c_char_p, "unknown"),
    (POINTER(c_uint64), "time_ns"),
    (c_size_t, "count"),
)

Series = _struct(
    "series",
    (c_size_t, "size"),
    (c_uint64, "step_ns"),
    (POINTER(c_double), "cpu_cores"),
    (POINTER(c_uint64), "memory_kb"),
    (c_size_t, "count"),
)

RollupOptions = _struct(
    "rollup_options",
    (c_size_t, "size"),
    (c_int, "by", "sort"),
    (c_char_p, "under"),
    (c_size_t, "rows_max"),
)

RollupRow = _struct(
    "rollup_row",
    (c_char_p, "name"),
    (Command, "command"),
    (c_uint32, "pid"),
    (c_uint64, "runs", "failed", "cpu_time_ns", "wall_ns", "peak_rss_kb"),
)

Rollup = _struct(
    "rollup",
    (c_size_t, "size"),
    (c_char_p, "unknown"),
    (POINTER(RollupRow), "rows"),
    (c_size_t, "rows_count"),
    (c_uint64, "rows_omitted", "processes", "cpu_time_ns"),
)

# <denet/budget.h>

Budget = _struct(
    "budget",
    (c_size_t, "size"),
    (c_char_p, "expression", "unit"),
    (c_int, "outcome", "value_is"),
    (c_double, "value", "bound"),
    (c_char_p, "reason"),
)

# <denet/system.h>

CpuTimes = _struct(
    "cpu_times",
    (c_uint64, "user_ns", "nice_ns", "system_ns", "idle_ns"),
    (c_uint64, "iowait_ns", "irq_ns", "softirq_ns", "steal_ns"),
)

Cpu = _struct("cpu", (c_uint64, "cpu"), (CpuTimes, "times"))

Memory = _struct(
    "memory",
    (c_uint64, "total_kb", "free_kb", "available_kb", "buffers_kb", "cached_kb", "shmem_kb"),
    (c_uint64, "swap_total_kb", "swap_free_kb"),
)

Disk = _struct(
    "disk",
    (c_char_p, "name"),
    (c_uint64, "read_bytes", "write_bytes", "read_count", "write_count", "busy_ns"),
)

Filesystem = _struct(
    "filesystem",
    (c_char_p, "mount", "source", "type"),
    (c_uint64, "total_bytes", "free_bytes", "available_bytes"),
)

Interface = _struct(
    "interface",
    (c_char_p, "name"),
    (c_uint64, "rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "rx_errors", "tx_errors"),
)

System = _struct(
    "system",
    (c_size_t, "size"),
    (c_void_p, "storage"),
    (c_uint64, "ts_ms", "mono_ns"),
    (c_double, "uptime_s"),
    (c_double * 3, "load"),
    (c_uint64, "cpus_online", "procs_running", "procs_blocked", "threads"),
    (c_uint64, "ctx_switches", "processes_forked"),
    (CpuTimes, "cpu"),
    (Memory, "memory"),
    (Disk, "disk"),
    (Interface, "net"),
    (POINTER(Cpu), "cpus"),
    (c_size_t, "cpus_count"),
    (POINTER(Disk), "disks"),
    (c_size_t, "disks_count"),
    (POINTER(Filesystem), "filesystems"),
    (c_size_t, "filesystems_count"),
    (POINTER(Interface), "interfaces"),
    (c_size_t, "interfaces_count"),
)

# denet_examine(): whether exact accounting can work here.

ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES = range(3)

Capability = _struct(
    "capability", (c_char_p, "name"), (c_int, "is_effective", "is_permitted", "is_bounding")
)

Program = _struct(
    "program",
    (c_char_p, "name", "hook"),
    (c_int, "is_offered", "is_loaded", "is_attached"),
    (c_char_p, "reason"),
    (c_bool, "is_for_attach", "is_optional"),
)

LoadPath = _struct("load_path", (c_char_p, "name"), (c_int, "works"), (c_char_p, "reason"))

Fix = _struct("fix", (c_char_p, "text", "command"))

Examination = _struct(
    "examination",
    (c_size_t, "size"),
    (c_int, "accounting"),
    (c_char_p, "load_path", "reason", "kernel_release", "architecture"),
    (c_int, "has_btf"),
    (c_char_p, "btf_reason"),
    (c_int, "has_task_storage", "has_ring_buffer"),
    (POINTER(Program), "programs"),
    (c_size_t, "programs_count"),
    (POINTER(LoadPath), "paths"),
    (c_size_t, "paths_count"),
    (c_uint64, "uid"),
    (POINTER(Capability), "capabilities"),
    (c_size_t, "capabilities_count"),
    (c_int, "is_first_user_namespace", "is_first_pid_namespace"),
    (c_char_p, "container"),
    (c_int, "has_no_new_privs"),
    (c_uint64, "seccomp_mode", "unprivileged_bpf_disabled"),
    (c_char_p, "perf_event_paranoid", "lockdown"),
    (c_uint64, "memlock_bytes"),
    (c_bool, "is_memlock_unlimited"),
    (c_char_p, "cgroup_version", "cgroup_v2_path", "cgroup_v2_controllers"),
    (c_uint64, "ptrace_scope"),
    (c_char_p, "hidepid"),
    (c_int, "has_proc", "has_children_file"),
    (POINTER(c_char_p), "losses"),
    (c_size_t, "losses_count"),
    (POINTER(Fix), "fixes"),
    (c_size_t, "fixes_count"),
    (c_uint64, "memory_limit_kb", "cpus_allowed", "cpus_online"),
    (c_double, "cpu_limit_cores"),
)

ExamineOptions = _struct(
    "examine_options", (c_size_t, "size"), (c_char_p, "program", "proc_root")
)
