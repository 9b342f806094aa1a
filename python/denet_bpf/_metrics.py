# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The table of metrics, as `denet-bpf help records --json` prints it; made by `make docs`.

A constant for each key that is no plain word, and the columns of CSV.
"""

from typing import Dict, Tuple

AFFINITY_INHERITED = "affinity_inherited"
AVG_CPU_USAGE = "avg_cpu_usage"
CGROUP_CPU_NS = "cgroup_cpu_ns"
CGROUP_EVENTS_LOST = "cgroup_events_lost"
CGROUP_PEAK_KB = "cgroup_peak_kb"
CHILDREN_OMITTED = "children_omitted"
CLASS_NAME = "class_name"
CLK_TCK = "clk_tck"
CLOSE_WAIT = "close_wait"
CLOSING = "closing"
CMD_TRUNCATED = "cmd_truncated"
COMMAND_ROWS = "command_rows"
COMMAND_TRUNCATED = "command_truncated"
COMPOSE_PROJECT = "compose_project"
COMPOSE_SERVICE = "compose_service"
CONTAINERS_ENDED = "containers_ended"
CONTAINERS_LIVING = "containers_living"
CONTAINERS_STARTED = "containers_started"
CORE_DUMPED = "core_dumped"
CORES_PER_SOCKET = "cores_per_socket"
COUNTED_NS = "counted_ns"
COUNTERS_FINAL = "counters_final"
CPU_CORE = "cpu_core"
CPU_FREQ_KHZ = "cpu_freq_khz"
CPU_GOVERNOR = "cpu_governor"
CPU_LIMIT_BEFORE_CORES = "cpu_limit_before_cores"
CPU_LIMIT_CHANGED = "cpu_limit_changed"
CPU_LIMIT_CORES = "cpu_limit_cores"
CPU_PER_CORE = "cpu_per_core"
CPU_PERCENT = "cpu_percent"
CPU_PERCENT_LATEST = "cpu_percent_latest"
CPU_PRESSURE = "cpu_pressure"
CPU_STALL_NS = "cpu_stall_ns"
CPU_SYSTEM_NS = "cpu_system_ns"
CPU_TIME_BEFORE_NS = "cpu_time_before_ns"
CPU_TIME_NS = "cpu_time_ns"
CPU_USAGE = "cpu_usage"
CPU_USER_NS = "cpu_user_ns"
CPUS_USABLE = "cpus_usable"
CREATE_TIME = "create_time"
CTX_SWITCHES_INVOLUNTARY = "ctx_switches_involuntary"
CTX_SWITCHES_VOLUNTARY = "ctx_switches_voluntary"
DISK_BUSY_NS = "disk_busy_ns"
DISK_BUSY_PERCENT = "disk_busy_percent"
DISK_READ_BYTES = "disk_read_bytes"
DISK_READ_BYTES_PER_SEC = "disk_read_bytes_per_sec"
DISK_READ_COUNT = "disk_read_count"
DISK_USAGE_PERCENT = "disk_usage_percent"
DISK_WRITE_BYTES = "disk_write_bytes"
DISK_WRITE_BYTES_PER_SEC = "disk_write_bytes_per_sec"
DISK_WRITE_CANCELLED_BYTES = "disk_write_cancelled_bytes"
DISK_WRITE_COUNT = "disk_write_count"
END_NS = "end_ns"
ENDED_MS = "ended_ms"
ENDS_UNKNOWN = "ends_unknown"
ENDS_UNSORTED = "ends_unsorted"
ESTABLISHED = "established"
EVENTS_LOST = "events_lost"
EXIT_CODE = "exit_code"
FAILED_BY_STATUS = "failed_by_status"
FIN_WAIT = "fin_wait"
FS_AVAILABLE_BYTES = "fs_available_bytes"
FS_FREE_BYTES = "fs_free_bytes"
FS_TOTAL_BYTES = "fs_total_bytes"
FS_TYPE = "fs_type"
FULL_AVG10 = "full_avg10"
GROUPS = "groups"
GROUPS_OMITTED = "groups_omitted"
INTERVAL_MS = "interval_ms"
IO_FULL_STALL_NS = "io_full_stall_ns"
IO_PRESSURE = "io_pressure"
IO_STALL_NS = "io_stall_ns"
KILLED_BY_SIGNAL = "killed_by_signal"
LAST_ACK = "last_ack"
LAST_SAMPLE_TO_EXIT_MS = "last_sample_to_exit_ms"
LISTENERS = "listeners"
LISTENERS_OMITTED = "listeners_omitted"
LOAD_AVG = "load_avg"
MAX_INTERVAL_MS = "max_interval_ms"
MAX_PROCESSES = "max_processes"
MAX_THREADS = "max_threads"
MEM_RSS_KB = "mem_rss_kb"
MEM_VMS_KB = "mem_vms_kb"
MEMORY_ANON_BYTES = "memory_anon_bytes"
MEMORY_AVAILABLE = "memory_available"
MEMORY_BYTES = "memory_bytes"
MEMORY_FILE_BYTES = "memory_file_bytes"
MEMORY_FULL_STALL_NS = "memory_full_stall_ns"
MEMORY_LIMIT_BEFORE_KB = "memory_limit_before_kb"
MEMORY_LIMIT_BYTES = "memory_limit_bytes"
MEMORY_LIMIT_CHANGED = "memory_limit_changed"
MEMORY_LIMIT_HIT = "memory_limit_hit"
MEMORY_LIMIT_KB = "memory_limit_kb"
MEMORY_PEAK_BYTES = "memory_peak_bytes"
MEMORY_PERCENT = "memory_percent"
MEMORY_PRESSURE = "memory_pressure"
MEMORY_SHMEM_BYTES = "memory_shmem_bytes"
MEMORY_STALL_NS = "memory_stall_ns"
MEMORY_STALL_OF_CGROUP = "memory_stall_of_cgroup"
MEMORY_SWAP_BYTES = "memory_swap_bytes"
MEMORY_TOTAL = "memory_total"
MEMORY_WORKING_SET_BYTES = "memory_working_set_bytes"
MIGRATIONS = "migrations"
MONITOR_CPU_NS = "monitor_cpu_ns"
MONITOR_PEAK_RSS_KB = "monitor_peak_rss_kb"
NET_BYTES_RECV = "net_bytes_recv"
NET_BYTES_SENT = "net_bytes_sent"
NET_ERRORS_RECV = "net_errors_recv"
NET_ERRORS_SENT = "net_errors_sent"
NET_PACKETS_RECV = "net_packets_recv"
NET_PACKETS_SENT = "net_packets_sent"
NET_RECV_BYTES_PER_SEC = "net_recv_bytes_per_sec"
NET_SENT_BYTES_PER_SEC = "net_sent_bytes_per_sec"
NODE_SIZES_MB = "node_sizes_mb"
OOM_KILLED = "oom_killed"
OOM_KILLS = "oom_kills"
OOM_VICTIM = "oom_victim"
PAGE_FAULTS_CACHED = "page_faults_cached"
PAGE_FAULTS_DISK = "page_faults_disk"
PARENT_ID = "parent_id"
PEAK_MEM_AT_NS = "peak_mem_at_ns"
PEAK_MEM_RSS_KB = "peak_mem_rss_kb"
PEAK_PAGE_FAULTS_CACHED = "peak_page_faults_cached"
PEAK_PAGE_FAULTS_DISK = "peak_page_faults_disk"
PEAK_PROCESS_COMM = "peak_process_comm"
PEAK_PROCESS_PID = "peak_process_pid"
PEAK_PROCESS_RSS_KB = "peak_process_rss_kb"
PEAK_PSS_AT_NS = "peak_pss_at_ns"
PEAK_PSS_KB = "peak_pss_kb"
PEAK_RSS_IS_BOUND = "peak_rss_is_bound"
PEAK_RSS_KB = "peak_rss_kb"
PIDS_CURRENT = "pids_current"
PIDS_LIMIT = "pids_limit"
POD_NAME = "pod_name"
POD_NAMESPACE = "pod_namespace"
POD_UID = "pod_uid"
PROCESS_COUNT = "process_count"
PROCESSES_ENDED = "processes_ended"
PROCESSES_EXACT = "processes_exact"
PROCESSES_EXITED = "processes_exited"
PROCESSES_FAILED = "processes_failed"
PROCESSES_KILLED = "processes_killed"
PROCESSES_LIVING = "processes_living"
PROCESSES_PEAK = "processes_peak"
PROCESSES_RUNNING = "processes_running"
PROCESSES_STARTED = "processes_started"
PROCESSES_TOTAL = "processes_total"
PROCESSES_UNREADABLE = "processes_unreadable"
PROGRAMS_OMITTED = "programs_omitted"
PSI_SOME_FRACTION = "psi_some_fraction"
PSS_IS_BOUND = "pss_is_bound"
PSS_IS_ROUGH = "pss_is_rough"
PSS_KB = "pss_kb"
RECORDS_LOST = "records_lost"
ROOT_ALONE = "root_alone"
RUN_DELAY_NS = "run_delay_ns"
SAMPLE_COUNT = "sample_count"
SAMPLES_FAILED = "samples_failed"
SMT_ACTIVE = "smt_active"
SOCKET_RX_BYTES = "socket_rx_bytes"
SOCKET_TX_BYTES = "socket_tx_bytes"
SOME_AVG10 = "some_avg10"
SPAN_NS = "span_ns"
START_MS = "start_ms"
START_NS = "start_ns"
STARTED_MS = "started_ms"
SWAP_PERCENT = "swap_percent"
SWAP_USED = "swap_used"
SYN_RECV = "syn_recv"
SYN_SENT = "syn_sent"
SYS_NET_RX_BYTES = "sys_net_rx_bytes"
SYS_NET_TX_BYTES = "sys_net_tx_bytes"
SYSCALL_READ_BYTES = "syscall_read_bytes"
SYSCALL_READ_COUNT = "syscall_read_count"
SYSCALL_WRITE_BYTES = "syscall_write_bytes"
SYSCALL_WRITE_COUNT = "syscall_write_count"
T0_MS = "t0_ms"
TASKS_LOST = "tasks_lost"
THP_ENABLED = "thp_enabled"
THREAD_COUNT = "thread_count"
THREADS_LIVING = "threads_living"
THREADS_OVERCOUNTED = "threads_overcounted"
THREADS_PEAK = "threads_peak"
THREADS_PER_CORE = "threads_per_core"
THREADS_TOTAL = "threads_total"
THREADS_UNSORTED = "threads_unsorted"
THROTTLED_NS = "throttled_ns"
THROTTLED_PERCENT = "throttled_percent"
THROTTLED_PERIODS = "throttled_periods"
TIME_WAIT = "time_wait"
TOLD_BY_ID = "told_by_id"
TOLD_BY_PID = "told_by_pid"
TOLD_NS = "told_ns"
TOLD_SIGNAL = "told_signal"
TOTAL_DISK_READ_BYTES = "total_disk_read_bytes"
TOTAL_DISK_WRITE_BYTES = "total_disk_write_bytes"
TOTAL_SYS_NET_RX_BYTES = "total_sys_net_rx_bytes"
TOTAL_SYS_NET_TX_BYTES = "total_sys_net_tx_bytes"
TOTAL_SYSCALL_READ_BYTES = "total_syscall_read_bytes"
TOTAL_SYSCALL_WRITE_BYTES = "total_syscall_write_bytes"
TOTAL_TIME_SECS = "total_time_secs"
TS_MS = "ts_ms"
UPTIME_SECS = "uptime_secs"
WALL_NS = "wall_ns"

# denet before 0.6 has these.
NET_RX_BYTES = "net_rx_bytes"
NET_TX_BYTES = "net_tx_bytes"
OLD_KEYS: Dict[str, str] = {
    "sys_net_rx_bytes": "net_rx_bytes",
    "sys_net_tx_bytes": "net_tx_bytes",
}

# What the command line writes as CSV.
CSV_COLUMNS: Tuple[str, ...] = (
    "ts_ms",
    "cpu_usage",
    "mem_rss_kb",
    "mem_vms_kb",
    "disk_read_bytes",
    "disk_write_bytes",
    "syscall_read_bytes",
    "syscall_write_bytes",
    "page_faults_cached",
    "page_faults_disk",
    "sys_net_rx_bytes",
    "sys_net_tx_bytes",
    "thread_count",
    "process_count",
    "uptime_secs",
    "psi_mem_some_avg10",
    "psi_mem_full_avg10",
    "cpu_time_ns",
    "ctx_switches_voluntary",
    "ctx_switches_involuntary",
    "run_delay_ns",
    "processes_started",
    "processes_exited",
    "pss_kb",
    "disk_write_cancelled_bytes",
    "syscall_read_count",
    "syscall_write_count",
    "pss_is_bound",
    "pss_is_rough",
    "socket_rx_bytes",
    "socket_tx_bytes",
)

# denet's reader drops a sample without them.
DEMANDED: Tuple[str, ...] = (
    "ts_ms",
    "cpu_usage",
    "mem_rss_kb",
    "mem_vms_kb",
    "disk_read_bytes",
    "disk_write_bytes",
    "sys_net_rx_bytes",
    "sys_net_tx_bytes",
    "thread_count",
    "process_count",
    "uptime_secs",
)

# Those of a tree are the sums of its members'.
SUMMED: Tuple[str, ...] = (
    "cpu_usage",
    "mem_rss_kb",
    "mem_vms_kb",
    "disk_read_bytes",
    "disk_write_bytes",
    "syscall_read_bytes",
    "syscall_write_bytes",
    "page_faults_cached",
    "page_faults_disk",
    "sys_net_rx_bytes",
    "sys_net_tx_bytes",
    "thread_count",
)

# The fields of struct denet_counters.
COUNTERS: Tuple[str, ...] = (
    "cpu_time_ns",
    "cpu_user_ns",
    "cpu_system_ns",
    "run_delay_ns",
    "disk_read_bytes",
    "disk_write_bytes",
    "syscall_read_bytes",
    "syscall_write_bytes",
    "page_faults_cached",
    "page_faults_disk",
    "ctx_switches_voluntary",
    "ctx_switches_involuntary",
    "migrations",
    "disk_write_cancelled_bytes",
    "syscall_read_count",
    "syscall_write_count",
    "socket_rx_bytes",
    "socket_tx_bytes",
)
