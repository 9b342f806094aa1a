/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Keys that say what the figures belong to. `kind`, which each record begins with, has no row. */
#include "metrics/keys.h"
#include "metrics/table_internal.h"

#define NOWHERE(record_, place_)                  \
	{                                         \
		DENET_RECORD_##record_, place_, 0 \
	}
#define FACT(form_, key_, flags_, help_, source_, uses_, ...) \
	ROW(INFO, form_, key_, "", flags_, help_, source_, NULL, uses_, __VA_ARGS__)
#define OTHER(key_, flags_, help_, source_, record_, place_) \
	FACT(OTHER, key_, flags_, help_, source_, (NOWHERE(record_, place_)))
/* Of the objects within env. */
#define OF_ENV(group_, key_, help_, source_, place_) \
	FACT(OTHER, key_, METRIC_DENETS, help_, source_, (NOWHERE(ENV, place_)), GROUP(group_))

const struct metric metric_facts[] = {
	/* Times and names that several have */
	ROW(INFO, U64, KEY_TS_MS, "ms", METRIC_DEMANDED, "When it was, since 1970.", "wall clock",
	    NULL,
	    (IN_CHILD(1, ts_ms), IN_TREE(1, ts_ms), IN_MEMBER(1, ts_ms), IN_AGGREGATED(1, ts_ms),
	     IN_SAMPLE(1, parent.ts_ms), IN_EXIT(1, ts_ms))),
	FACT(U32, "pid", METRIC_DENETS, "Process id, in denet-bpf's own pid namespace.",
	     "task->tgid", (IN_METADATA(1, pid), IN_CHILD(2, pid), IN_PROCESS(1, pid))),
	FACT(U32, "ppid", METRIC_DENETS, "Who started it.", "task->real_parent->tgid at its birth",
	     (IN_CHILD(3, ppid), IN_PROCESS(2, ppid))),
	FACT(ARGS, "cmd", METRIC_DENETS | METRIC_EMPTY_FOR_DENET,
	     "Its arguments, the program's name first.", "mm->arg_start at exec; /proc/PID/cmdline",
	     (IN_METADATA(2, command), IN_CHILD(4, command), IN_PROCESS(4, command),
	      IN_PROGRAM(2, command))),
	FACT(BOOL, "cmd_truncated", METRIC_OMIT_ZERO, "True when cmd is cut, after 1024 bytes.",
	     "denet-bpf",
	     (IN_METADATA(3, command.truncated), IN_CHILD(5, command.truncated),
	      IN_PROCESS(5, command.truncated), IN_PROGRAM(3, command.truncated)),
	     SAID_OF("cmd")),
	FACT(TEXT, "exe", METRIC_DENETS, "The file of its program, or the path given to exec.",
	     "/proc/PID/exe; bprm->filename",
	     (IN_CHILD(6, command.exe), IN_PROCESS(6, command.exe))),
	FACT(ACCOUNTING, "accounting", 0,
	     "Where the figures come from: bpf is exact, proc sampled, none nowhere.", "denet-bpf",
	     (IN_METADATA(7, accounting), IN_SUMMARY(60, accounting))),
	FACT(EXIT_CODE, KEY_EXIT_CODE, 0, "Its exit status; absent when a signal ended it.",
	     "task->signal->group_exit_code; waitid()",
	     (IN_PROCESS(14, end), IN_EXIT(3, end), IN_SUMMARY(19, end))),
	FACT(SIGNAL, "signal", 0, "The signal that ended it.",
	     "task->signal->group_exit_code; waitid()",
	     (IN_PROCESS(15, end), IN_EXIT(4, end), IN_SUMMARY(20, end))),

	/* metadata */
	FACT(TEXT, "executable", METRIC_DENETS | METRIC_EMPTY_FOR_DENET,
	     "The file of the root's program.", "/proc/PID/exe", (IN_METADATA(4, command.exe))),
	ROW(INFO, U64, KEY_T0_MS, "ms", METRIC_DENETS, "The start, since 1970.", "wall clock", NULL,
	    (IN_METADATA(5, t0_ms))),
	OTHER("capabilities", METRIC_DENETS,
	      "psi: whether memory pressure is told, of the system and of processes; perf_hw: "
	      "hardware counters.",
	      "/proc/pressure/memory", METADATA, 6),
	OTHER("version", 0, "denet-bpf's.", "denet-bpf", METADATA, 8),
	ROW(INFO, U64, "interval_ms", "ms", 0, "Between samples at first.", "--interval", NULL,
	    (IN_METADATA(9, interval_ms))),
	ROW(INFO, U64, "max_interval_ms", "ms", 0, "Between samples after ten seconds.",
	    "--max-interval", NULL, (IN_METADATA(10, max_interval_ms))),
	OTHER(KEY_CLK_TCK, 0, "Timer ticks a second, as /proc counts.", "sysconf(_SC_CLK_TCK)",
	      METADATA, 11),
	OTHER("schema", 0, "1; another number when a key changes its meaning.", "denet-bpf",
	      METADATA, 12),

	FACT(TEXT, "host", 0, "The machine's name.", "gethostname()", (IN_METADATA(13, host))),
	FACT(TEXT, "cwd", 0, "The folder that the root was started in, or is in.",
	     "getcwd(); /proc/PID/cwd", (IN_METADATA(14, cwd))),
	FACT(TEXT, "user", 0, "As whom it runs: a name, or #UID.", "/etc/passwd",
	     (IN_METADATA(15, user))),
	FACT(TEXT, "label", 0, "What the run was called.", "--label", (IN_METADATA(16, label))),
	FACT(TEXT, "job", 0, "What CI or the batch system calls it.",
	     "SLURM_JOB_ID and SLURM_STEP_ID, PBS_JOBID, LSB_JOBID, GITHUB_RUN_ID, CI_JOB_ID",
	     (IN_METADATA(17, job))),
	FACT(BOOL, "attached", METRIC_OMIT_ZERO, "True when the root ran before.", "denet-bpf",
	     (IN_METADATA(18, is_attached))),

	/* child, process */
	FACT(TEXT, "comm", 0, "Its name, 15 bytes at most.", "task->comm",
	     (IN_PROCESS(3, comm), IN_PROGRAM(1, comm))),
	FACT(U64, "uid", 0, "The real user id.", "task->cred->uid; /proc/PID/status",
	     (IN_PROCESS(7, uid))),
	ROW(INFO, U64, "start_ms", "ms", 0, "Its birth, since 1970.", "task->start_boottime", NULL,
	    (IN_PROCESS(8, start_ms))),
	FACT(BOOL, "core_dumped", METRIC_IF_ENDED, "Whether it left a core.",
	     "task->signal->group_exit_code", (IN_PROCESS(16, end.core_dumped))),
	FACT(BOOL, KEY_OOM_KILLED, METRIC_IF_ENDED | METRIC_IF_OOM_KNOWN,
	     "Whether it was killed for want of memory; absent when that is not known.",
	     "task->signal->oom_mm", (IN_PROCESS(17, oom_killed))),
	FACT(BOOL, "peak_rss_is_bound", METRIC_OMIT_ZERO,
	     "True when peak_rss_kb is only known to be reached.", "denet-bpf",
	     (IN_PROCESS(20, peak_is_bound), IN_PROGRAM(7, peak_is_bound)), SAID_OF("peak_rss_kb")),
	FACT(TEXT, "cgroup", 0, "The path of its cgroup: v2, else v1 memory.",
	     "cgroup id of the task; /proc/PID/cgroup", (IN_PROCESS(60, cgroup))),
	FACT(BOOL, "exact", 0, "Whether cpu_time_ns is the kernel's closed account.", "denet-bpf",
	     (IN_PROCESS(61, is_exact))),
	FACT(BOOL, "partial", METRIC_OMIT_ZERO, "True when it lived before the monitor.",
	     "denet-bpf", (IN_PROCESS(62, is_partial))),
	FACT(BOOL, "running", METRIC_OMIT_ZERO, "True when it went on after the end.", "denet-bpf",
	     (IN_PROCESS(63, is_running))),
	OTHER("programs", 0,
	      "What it ran by one exec after another, where that is more than one program. The "
	      "first may be its parent's, which it was forked with; cmd of the last is its own.",
	      "sched_process_exec", PROCESS, 68),
	FACT(U32, "told_by_pid", METRIC_OMIT_ZERO,
	     "Who sent told_signal; absent for who is outside of our pid namespace.",
	     "signal_generate", (IN_PROCESS(70, told_by_pid))),
	FACT(U64, "told_by_id", METRIC_OMIT_ZERO, "The same, if it is a process of the tree.",
	     "signal_generate", (IN_PROCESS(71, told_by_id))),
	FACT(U32, "told_signal", METRIC_OMIT_ZERO,
	     "The last TERM, KILL, INT, HUP or QUIT that another process has sent it.",
	     "signal_generate", (IN_PROCESS(72, told_signal))),
	ROW(INFO, U64, "told_ns", "ns", METRIC_OMIT_ZERO, "When, since the start of the run.",
	    "signal_generate", NULL, (IN_PROCESS(73, told_ns))),
	FACT(TEXT, "cwd", 0,
	     "The folder that its program was started in, as the first sample found it; left out "
	     "for who had ended before it could be read, and for who was there before.",
	     "/proc/PID/cwd", (IN_PROCESS(74, cwd))),

	FACT(U64, "id", METRIC_OMIT_ZERO, "Its own, which no other has in this run.", "denet-bpf",
	     (IN_PROCESS(64, id))),
	FACT(U64, "parent_id", METRIC_OMIT_ZERO,
	     "The id of who started it; with /proc, of the parent that it was first seen with.",
	     "denet-bpf", (IN_PROCESS(65, parent_id))),
	ROW(INFO, I64, "start_ns", "ns", 0,
	    "Its birth, or exec, since the start of the run: below 0 for what was before.",
	    "task->start_boottime, time of sched_process_exec", NULL,
	    (IN_PROCESS(66, start_ns), IN_PROGRAM(4, start_ns))),
	ROW(INFO, U64, "end_ns", "ns", 0, "Its end, since the start of the run.",
	    "time of sched_process_exit", NULL, (IN_PROCESS(67, end_ns))),

	/* tree, sample */
	OTHER("parent", METRIC_DENETS, "The root's figures.", "", TREE, 2),
	OTHER("children", METRIC_DENETS, "Living descendants: pid, command, metrics.", "", TREE, 3),
	OTHER("aggregated", METRIC_DENETS,
	      "The whole tree: sums over what lives, counters over all that was.", "", TREE, 4),
	FACT(OTHER, "unknown", 0,
	     "Keys that are there for denet's reader alone: not known, or last known of what has "
	     "ended.",
	     "denet-bpf", (NOWHERE(MEMBER, 99), NOWHERE(AGGREGATED, 99), NOWHERE(SAMPLE, 99))),

	/* summary */
	FACT(TEXT, "verdict", METRIC_DENETS, "denet's word for psi_some_fraction.", "psi_mem",
	     (IN_SUMMARY(16, memory_verdict)), GROUP("memory_characterization"),
	     LABEL("Mem Verdict")),
	FACT(ARGS, "command", 0, "The root's arguments.", "cmd", (IN_SUMMARY(17, command))),
	FACT(BOOL, "command_truncated", METRIC_OMIT_ZERO, "True when command is cut.", "denet-bpf",
	     (IN_SUMMARY(18, command.truncated)), SAID_OF("command")),
	FACT(BOOL, "pss_is_bound", METRIC_OMIT_ZERO,
	     "True when PSS is at most so much: of some processes there is RSS alone.", "denet-bpf",
	     (IN_AGGREGATED(29, pss_is_bound), IN_SUMMARY(47, pss_is_bound)),
	     SAID_OF("pss_kb", "peak_pss_kb")),
	FACT(BOOL, "pss_is_rough", METRIC_OMIT_ZERO,
	     "True when processes that share pages began or ended while PSS was read, one after "
	     "the "
	     "other: it may be far off, either way.",
	     "processes born and ended meanwhile, by bpf",
	     (IN_AGGREGATED(30, pss_is_rough), IN_SUMMARY(79, pss_is_rough)),
	     SAID_OF("pss_kb", "peak_pss_kb")),
	FACT(BOOL, "memory_stall_of_cgroup", METRIC_OMIT_ZERO,
	     "True when memory_stall_ns is of CMD's own cgroup.", "/proc/PID/cgroup",
	     (IN_SUMMARY(49, memory_stall_of_cgroup)), SAID_OF("memory_stall_ns")),
	FACT(BOOL, "memory_limit_hit", METRIC_OMIT_ZERO,
	     "True when memory_limit_kb was hit during the run.", "memory.events; memory.failcnt",
	     (IN_SUMMARY(51, memory_limit_hit)), SAID_OF("memory_limit_kb")),
	FACT(U32, "peak_process_pid", METRIC_OMIT_ZERO, "Whose peak_process_rss_kb it is.",
	     "task->tgid", (IN_SUMMARY(33, peak_process_pid)), SAID_OF("peak_process_rss_kb")),
	FACT(TEXT, "peak_process_comm", 0, "Its name.", "task->comm",
	     (IN_SUMMARY(34, peak_process_comm)), SAID_OF("peak_process_rss_kb")),

	FACT(BOOL, "root_alone", METRIC_OMIT_ZERO, "Children are in no figure.",
	     "--exclude-children", (IN_SUMMARY(77, is_root_alone))),
	FACT(TEXT, "incomplete", 0,
	     "Why the figures are not of the whole run; absent when they are.", "denet-bpf",
	     (IN_SUMMARY(68, incomplete))),

	/* env */
	ROW(INFO, OTHER, KEY_TS_MS, "ms", METRIC_DENETS, "When it was, since 1970.", "wall clock",
	    NULL, (NOWHERE(ENV, 1))),
	OTHER("host", METRIC_DENETS, "The machine's name.", "/proc/sys/kernel/hostname", ENV, 2),
	OTHER("kernel", METRIC_DENETS, "Its release.", "/proc/sys/kernel/osrelease", ENV, 3),
	OF_ENV("lscpu", "sockets", "Packages.", "/sys/devices/system/cpu", 4),
	OF_ENV("lscpu", KEY_CORES_PER_SOCKET, "Most cores of a package.", "/sys/devices/system/cpu",
	       5),
	OF_ENV("lscpu", KEY_THREADS_PER_CORE, "Threads of a core.", "/sys/devices/system/cpu", 6),
	OF_ENV("lscpu", "model", "The processor's name.", "/proc/cpuinfo", 7),
	OF_ENV("numa", "nodes", "Nodes of memory.", "/sys/devices/system/node", 8),
	OF_ENV("numa", "distances", "A row for each node.", "/sys/devices/system/node", 9),
	OF_ENV("numa", KEY_NODE_SIZES_MB, "Memory of each node.", "/sys/devices/system/node", 10),
	OTHER(KEY_AFFINITY_INHERITED, METRIC_DENETS, "The CPUs that the root may use.",
	      "sched_getaffinity()", ENV, 11),
	OTHER(KEY_CPU_GOVERNOR, METRIC_DENETS, "Of each CPU.", "/sys/devices/system/cpu", ENV, 12),
	OTHER(KEY_CPU_FREQ_KHZ, METRIC_DENETS, "Of each CPU, now.", "/sys/devices/system/cpu", ENV,
	      13),
	OTHER(KEY_THP_ENABLED, METRIC_DENETS, "Transparent huge pages.",
	      "/sys/kernel/mm/transparent_hugepage/enabled", ENV, 14),
	OTHER(KEY_SMT_ACTIVE, METRIC_DENETS, "Whether cores have several threads.",
	      "/sys/devices/system/cpu/smt/active", ENV, 15),
	OTHER("cgroup", METRIC_DENETS, "The root's, as the kernel lists them.", "/proc/PID/cgroup",
	      ENV, 16),
};

const size_t metric_facts_count = sizeof(metric_facts) / sizeof(metric_facts[0]);
