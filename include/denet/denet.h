/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * libdenet: follow one command, or one running process, and everything it starts.
 *
 * Every function returns 0 or a negative errno unless it says otherwise. Nothing is printed and the
 * process is never ended. One monitor belongs to one thread at a time, but for the functions that say
 * "from any thread"; several may exist at once. What steps, waits or finishes is -EDEADLK in a
 * callback.
 *
 * A struct that begins with size may grow at its end. Whoever makes it sets size to its sizeof. Of
 * a smaller one the rest has its default, or is not written; a larger one may only ask for what the
 * library knows, or the call fails with -E2BIG, and of a result size says how much was written. The
 * structs without size, which others hold, do not change as long as the library's soname does not.
 *
 * Quantities carry their unit in their name. DENET_UNKNOWN stands for "not known"; it is never
 * written as 0. Totals only grow.
 */
#ifndef DENET_DENET_H
#define DENET_DENET_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "denet/analysis.h"
#include "denet/budget.h"
#include "denet/comparison.h"
#include "denet/metrics.h"
#include "denet/reader.h"
#include "denet/system.h"
#include "denet/types.h"
#include "denet/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Who a command runs as. */
struct denet_user {
	uid_t uid;
	gid_t gid;
	const gid_t *groups; /* borrowed; all of them, gid included */
	size_t groups_count;
};

/* What is measured, and how. */
struct denet_options {
	size_t size; /* sizeof(struct denet_options) */
	uint64_t interval_ms; /* base of the adaptive interval */
	uint64_t max_interval_ms; /* reached after ten seconds */
	uint64_t duration_ns; /* end monitoring after this long; 0 = no limit */
	size_t children_max; /* children in a tree sample; SIZE_MAX = all */
	size_t records_max_bytes; /* of kept records; the oldest are dropped; 0 = no bound */
	enum denet_accounting accounting;
	bool since_process_start; /* attach: count from birth */
	bool exclude_children; /* totals and samples of the root alone */
	bool no_polling; /* the last sample only */
	bool pss; /* at each sample, not near peaks alone; slow: the kernel walks all pages */
	bool wait_all; /* go on until the last descendant has ended */
	/*
	 * For a host that has more rights than whom it serves: arguments, path, I/O and CPU in finer
	 * steps than 10 ms only of programs that run with the real ids of this process and no rights
	 * beyond; what is not told of the others is in no sum either.
	 */
	bool own_programs_only;
	/*
	 * run with /proc: orphans of the command become children of this process, which waits for
	 * them. Only for a host that has no other children while it monitors.
	 */
	bool adopt_orphans;
	bool keep_records; /* as JSON, until denet_monitor_take_records() */
	bool records_compat_denet; /* denet's kinds and keys only */
	/*
	 * For a host that monitors again and again: what was loaded into the kernel stays there for
	 * five seconds, detached, and the next monitor starts in a fraction of the time. Monitors of
	 * this process itself, one within another or within 50 ms of each other, share what is
	 * attached. A thread of ours detaches and frees it, or denet_release().
	 */
	bool keep_loaded;
	const char *label; /* of the run, for its metadata; copied; NULL = none */
	const char *proc_root; /* where /proc is, copied; NULL = there */
	bool no_pss; /* not near peaks either */
	/*
	 * What the sockets of IPv4 and IPv6 send and receive, by process and program. The kernel, 6.3 or newer,
	 * is then asked at each call of everybody on the machine, 0.2 us each. Where it cannot be had on_warning
	 * says why.
	 */
	bool net;
};

/* Fills in the defaults of the command line, up to options->size, which the caller has set. */
void denet_options_init(struct denet_options *options);

/* A command to start. What it points to is the caller's, and read until denet_run() returns. */
struct denet_launch {
	size_t size; /* sizeof(struct denet_launch) */
	char *const *argv; /* ends with NULL */
	char *const *environment; /* ends with NULL; NULL = the caller's */
	const char *cwd; /* NULL = the caller's */
	/*
	 * NULL = the caller's; another takes the rights for it. With CAP_SYS_ADMIN as well, another
	 * cannot type into the caller's terminal (ioctl TIOCSTI, TIOCLINUX).
	 */
	const struct denet_user *user;
	const sigset_t *mask; /* NULL = the caller's */
	const sigset_t *ignored; /* besides what the caller ignores, or NULL */
	const sigset_t *defaulted; /* not ignored though the caller does, or NULL */
	/* Descriptors that become the command's 0, 1 and 2; -1 = the caller's. */
	int stdin_fd;
	int stdout_fd;
	int stderr_fd;
	bool new_session; /* setsid(): the command's pid is its process group too */
	/* In a cgroup made for it below the caller's; where that cannot be made on_warning says why. */
	bool own_cgroup;
};

/* As the caller is, and without argv; up to launch->size, which the caller has set. */
void denet_launch_init(struct denet_launch *launch);

struct denet_monitor;

/* Why a call failed. Filled in by the caller's side only in size. */
struct denet_error {
	size_t size; /* sizeof(struct denet_error) */
	int exec_errno; /* exec itself failed with this; 0 when something else did */
	char text[256]; /* one line, without newline */
};

/*
 * Starts launch->argv as execvp() would, monitored from its first instruction; returns when exec has
 * succeeded. A command without a slash is looked for in the PATH that it will have. With accounting
 * AUTO and no way to measure, the command runs all the same and on_warning says why. An error means
 * that nothing was started. observer and error may be NULL.
 */
int denet_run(const struct denet_options *options, const struct denet_observer *observer,
	      const struct denet_launch *launch, struct denet_monitor **ret_monitor,
	      struct denet_error *error);

/* Follows a running process with all its threads and descendants, and what they start later. */
int denet_attach(const struct denet_options *options, const struct denet_observer *observer,
		 pid_t pid, struct denet_monitor **ret_monitor, struct denet_error *error);

/*
 * Follows whoever is in a cgroup or in one below it, whoever started them: from their birth there, or from
 * when they come in until they end or go out. cgroup is a folder of a mounted hierarchy, a path below such a
 * mount, or a line of /proc/PID/cgroup. There is no root: denet_monitor_pid() is 0, a sample's parent is
 * the same as aggregated, no signal can be sent. Monitoring ends when nobody is in it any more; one that
 * is empty is waited for. By /proc, who is in it is looked up at each sample: what comes and goes between two
 * is missed, and no_polling is refused. exclude_children and since_process_start are refused.
 */
int denet_attach_cgroup(const struct denet_options *options, const struct denet_observer *observer,
			const char *cgroup, struct denet_monitor **ret_monitor,
			struct denet_error *error);

/*
 * The same as denet_attach() for the calling process itself, all its threads and what they start, from now on. The
 * CPU time of the thread that drives the monitor is left out. Ends by denet_monitor_finish(), where the caller
 * takes the last sample itself, so that no wait for a thread of ours is a part of what is measured.
 */
int denet_self(const struct denet_options *options, const struct denet_observer *observer,
	       struct denet_monitor **ret_monitor, struct denet_error *error);

/* Accepts NULL. A command that still runs is left alone. Ends a thread of ours. In no callback. */
void denet_monitor_free(struct denet_monitor *monitor);

/*
 * Readable when denet_monitor_step() has something to do, and for ever once monitoring has ended; then
 * it is the only descriptor that the monitor still has. Owned by the monitor. At the end another file
 * takes its number: whoever watches by an epoll of his own learns of the end from denet_monitor_step().
 */
int denet_monitor_fd(const struct denet_monitor *monitor);

/* Does what is due, without waiting; calls the observer. Returns 1 when monitoring has ended. */
int denet_monitor_step(struct denet_monitor *monitor);

/* Takes the last sample and ends monitoring now; the command is left alone. Joins a thread of ours. */
int denet_monitor_finish(struct denet_monitor *monitor);

/*
 * Steps until monitoring has ended, which returns 1, or until the time is over, which returns 0.
 * Without end if negative. -EINTR after a signal. From any thread while a thread of ours steps.
 */
int denet_monitor_wait(struct denet_monitor *monitor, int timeout_ms);

/*
 * One more sample, at once; 1 when monitoring has ended before, -ENODATA when nothing is measured.
 * From any thread, as above.
 */
int denet_monitor_sample_now(struct denet_monitor *monitor);

/*
 * From here on a thread of ours steps, and calls the observer. Nobody else may, but for the functions
 * that say "from any thread". It blocks all signals. -EALREADY if there is one. A process forked
 * from this one has no such thread: what steps, waits or finishes is -ECHILD there.
 */
int denet_monitor_start_thread(struct denet_monitor *monitor);

/*
 * Ends that thread; monitoring goes on, driven by the caller or by another thread of ours: as before a
 * fork. Nobody may ask anything of the monitor meanwhile. -EINVAL without such a thread.
 */
int denet_monitor_stop_thread(struct denet_monitor *monitor);

/* Waits for the end of monitoring and of that thread. By one thread only; returns how it went. */
int denet_monitor_join(struct denet_monitor *monitor);

/* Has whoever steps finish next. From any thread, from a callback and from a signal handler. */
void denet_monitor_request_finish(struct denet_monitor *monitor);

/* Frees what monitors with keep_loaded have left for the next one. From any thread. */
void denet_release(void);

pid_t denet_monitor_pid(const struct denet_monitor *monitor);

/*
 * As long as the monitor may still load a BPF program that makes its samples cheaper: where many
 * other tasks live on the machine, some time after the start. CAP_BPF and CAP_PERFMON have to be
 * permitted for it to the thread that steps, which has them in effect for that moment alone. Without
 * them samples only cost more. For whoever gives up capabilities, by the thread that steps.
 */
bool denet_monitor_wants_rights(const struct denet_monitor *monitor);

/*
 * How many processes of the tree were born since monitoring began, and how many of it live: without a
 * sample, which may be needless where nobody was born. -ENODATA where births are not seen, and at the end.
 * From any thread.
 */
int denet_monitor_count(struct denet_monitor *monitor, uint64_t *ret_born, uint64_t *ret_alive);

/* False once the root has ended, waited for or not. From any thread. */
bool denet_monitor_is_running(const struct denet_monitor *monitor);

/* How the root has ended; -EBUSY before monitoring has. From any thread. */
int denet_monitor_exit(struct denet_monitor *monitor, struct denet_end *ret_end);

/* Sends a signal to the root, never to another process that got its pid. From any thread. */
int denet_monitor_signal(struct denet_monitor *monitor, int signal);

/* True when denet_options.duration_ns ended the monitoring while the root ran. */
bool denet_monitor_timed_out(const struct denet_monitor *monitor);

/* -EBUSY before monitoring has ended, and from then on the same for ever. From any thread. */
int denet_monitor_summary(struct denet_monitor *monitor, struct denet_summary *ret_summary);

/*
 * With options.keep_records: the records that the command line would have written since the last
 * call, one JSON object a line, "" when there was none. From any thread. Whoever does not take them
 * should set records_max_bytes. All JSON text is to be freed by denet_free().
 */
int denet_monitor_take_records(struct denet_monitor *monitor, char **ret_text, size_t *ret_len);

/* How many were lost to records_max_bytes, or to want of memory. From any thread. */
uint64_t denet_monitor_records_dropped(struct denet_monitor *monitor);

/* The metadata record. After the first step from any thread, and while a thread of ours steps. */
int denet_monitor_metadata_json(struct denet_monitor *monitor, char **ret_text);

/* The summary record; -EBUSY before monitoring has ended. From any thread. */
int denet_monitor_summary_json(struct denet_monitor *monitor, char **ret_text);

/* denet's env record as one line of JSON without newline. */
int denet_env_json(pid_t pid, char **ret_text);

/* "0.1.0" */
const char *denet_version(void);

/* Accepts NULL. */
void denet_free(void *memory);

/* As of syslog.h: 3 an error, 4 a warning, 7 what only developers want. */
typedef void (*denet_log_fn)(void *context, int level, const char *text);

/*
 * What the library has to say beside on_warning, in lines without newline; NULL for silence, which
 * is the default. For the whole process, from any thread, but not from the callback itself, which
 * may come from any thread, one at a time, and not after this has returned.
 */
void denet_set_log(denet_log_fn log, void *context);

/* What a question about this machine may have for an answer. */
enum denet_answer { DENET_ANSWER_UNKNOWN, DENET_ANSWER_NO, DENET_ANSWER_YES };

struct denet_capability {
	const char *name; /* "CAP_BPF" */
	enum denet_answer is_effective;
	enum denet_answer is_permitted;
	enum denet_answer is_bounding; /* no: no program started from here can get it */
};

/* One of the kernel programs, tried on the running kernel. */
struct denet_program {
	const char *name;
	const char *hook; /* "tp_btf/sched_switch" */
	enum denet_answer is_offered; /* the kernel has the hook; asked of its BTF */
	enum denet_answer is_loaded;
	enum denet_answer is_attached;
	const char *reason; /* the kernel's; NULL when nothing was refused */
	bool is_for_attach; /* denet_run() does without it */
	bool is_optional; /* all do without it: something costs more, or is not told */
};

/* One of the ways in which the programs get into the kernel. */
struct denet_load_path {
	const char *name;
	enum denet_answer works;
	const char *reason; /* NULL when it works, or when nobody said why not */
};

/* What would bring exact accounting. */
struct denet_fix {
	const char *text;
	const char *command; /* for a shell; NULL where no command does it */
};

/* Numbers may be DENET_UNKNOWN, texts NULL: not known. Texts are one line, without newline. */
struct denet_examination {
	size_t size; /* sizeof(struct denet_examination) of the library: later fields do not exist */
	enum denet_accounting accounting; /* what DENET_ACCOUNTING_AUTO would use */
	const char *load_path; /* NULL without BPF */
	const char *reason; /* why it is not BPF; else NULL */
	const char *kernel_release;
	const char *architecture;
	enum denet_answer has_btf; /* /sys/kernel/btf/vmlinux can be read */
	const char *btf_reason;
	enum denet_answer has_task_storage; /* else membership is kept in a hash */
	enum denet_answer has_ring_buffer;
	const struct denet_program *programs;
	size_t programs_count;
	const struct denet_load_path *paths;
	size_t paths_count;
	uint64_t uid; /* effective */
	const struct denet_capability *capabilities;
	size_t capabilities_count;
	enum denet_answer is_first_user_namespace;
	enum denet_answer is_first_pid_namespace;
	const char *container; /* "docker", "podman" */
	enum denet_answer has_no_new_privs; /* sudo and file capabilities do nothing then */
	uint64_t seccomp_mode; /* 0 none, 2 filter */
	uint64_t unprivileged_bpf_disabled;
	const char *perf_event_paranoid; /* a number, may be negative */
	const char *lockdown; /* "none", "integrity", "confidentiality" */
	uint64_t memlock_bytes;
	bool is_memlock_unlimited;
	const char *cgroup_version; /* "v1", "hybrid", "v2", "none" */
	const char *cgroup_v2_path; /* where it is mounted */
	const char *cgroup_v2_controllers; /* apart by blanks; empty for none */
	uint64_t ptrace_scope; /* of Yama */
	const char *hidepid; /* of /proc: "off", "invisible", ... */
	enum denet_answer has_proc; /* /proc is mounted */
	enum denet_answer has_children_file; /* /proc/PID/task/TID/children */
	const char *const *losses; /* what the figures of a run would lack, a sentence each */
	size_t losses_count;
	const struct denet_fix *fixes; /* the best first */
	size_t fixes_count;
	/* The least of the cgroups that this process is in, and of those above; DENET_UNKNOWN without one. */
	uint64_t memory_limit_kb;
	uint64_t cpus_allowed; /* that this process may run on */
	uint64_t cpus_online;
	double cpu_limit_cores; /* the least quota of its cgroups, in CPUs; NaN without one */
};

struct denet_examine_options {
	size_t size; /* sizeof(struct denet_examine_options) */
	const char *program; /* the file that fixes name; NULL to have none that name it */
	const char *proc_root; /* where /proc is; NULL = there */
};

/*
 * Tries everything that a run would need, and undoes it: nothing stays loaded. options may be NULL.
 * Never fails but for want of memory, and with -EINVAL or -E2BIG for the size of options.
 */
int denet_examine(const struct denet_examine_options *options,
		  struct denet_examination **ret_examination);

/* Accepts NULL. */
void denet_examination_free(struct denet_examination *examination);

/* As one indented object, without newline at its end. What is not known is left out. */
int denet_examination_json(const struct denet_examination *examination, char **ret_text);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
