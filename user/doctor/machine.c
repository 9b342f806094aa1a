/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor/doctor_internal.h"
#include "procfs/cpu_group.h"
#include "procfs/lines.h"
#include "procfs/memory_group.h"
#include "procfs/mountinfo.h"
#include "procfs/procfs.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/namespace.h"
#include "util/parse.h"
#include "util/utf8.h"

/* The numbers that the kernel gives to its first namespaces, for good. */
#define FILE_BYTES 4096

/* Ordered by weight: the table shows them so. */
static const struct {
	const char *name;
	unsigned int number;
} capabilities[EXAMINE_CAPABILITIES] = {
	{ "CAP_BPF", CAP_BPF },
	{ "CAP_PERFMON", CAP_PERFMON },
	{ "CAP_SYS_ADMIN", CAP_SYS_ADMIN },
	{ "CAP_SYS_RESOURCE", CAP_SYS_RESOURCE },
	{ "CAP_SYS_PTRACE", CAP_SYS_PTRACE },
	{ "CAP_KILL", CAP_KILL },
};

static enum denet_answer answer(bool is_yes)
{
	return is_yes ? DENET_ANSWER_YES : DENET_ANSWER_NO;
}

static const char *plain_text(struct examination *examination, struct parse_span span)
{
	AUTO(buf) struct buf plain = { 0 };

	utf8_append_plain(&plain, span.at, span.len);
	return examination_text(examination, "%s", buf_text(&plain));
}

/* The file's first line. */
static const char *read_text(struct examination *examination, const char *root, const char *name)
{
	char text[FILE_BYTES];
	struct parse_span rest = { text, 0 };
	struct parse_span line = { text, 0 };

	if (procfs_read_file(root, name, sizeof(text), text, &rest.len))
		return NULL;
	(void)parse_take_line(&rest, &line);
	return plain_text(examination, parse_span_trim(line));
}

static uint64_t read_number(const char *root, const char *name)
{
	char text[64];
	struct parse_span span = { text, 0 };
	uint64_t value;

	if (procfs_read_file(root, name, sizeof(text), text, &span.len) ||
	    !parse_take_u64(&span, &value))
		return DENET_UNKNOWN;
	return value;
}

static void read_kernel(struct examination *examination)
{
	struct utsname name;

	if (uname(&name))
		return;
	examination->shown.kernel_release = plain_text(examination, parse_span_of(name.release));
	examination->shown.architecture = plain_text(examination, parse_span_of(name.machine));
}

static void read_btf(struct examination *examination, const struct procfs *procfs)
{
	AUTO_FD int fd = procfs_open(procfs->sys, "kernel/btf/vmlinux");

	examination->shown.has_btf = answer(fd >= 0);
	if (fd < 0)
		examination->shown.btf_reason = examination_text(examination, "%s", strerror(-fd));
}

/* By system calls, so that it needs no /proc. */
static void read_capabilities(struct examination *examination)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	bool is_known = !syscall(SYS_capget, &header, data);

	examination->shown.uid = geteuid();
	for (size_t i = 0; i < EXAMINE_CAPABILITIES; i++) {
		struct denet_capability *capability = &examination->capabilities[i];
		const struct __user_cap_data_struct *word = &data[capabilities[i].number / 32];
		unsigned int bit = 1u << capabilities[i].number % 32;
		int bounding = prctl(PR_CAPBSET_READ, capabilities[i].number, 0, 0, 0);

		capability->name = capabilities[i].name;
		if (is_known) {
			capability->is_effective = answer(word->effective & bit);
			capability->is_permitted = answer(word->permitted & bit);
		}
		if (bounding >= 0)
			capability->is_bounding = answer(bounding);
	}
	examination->shown.capabilities_count = EXAMINE_CAPABILITIES;
}

static enum denet_answer is_first(const struct procfs *procfs, const char *namespace)
{
	int r = namespace_is_first(procfs->proc, namespace);

	return r < 0 ? DENET_ANSWER_UNKNOWN : answer(r);
}

static void read_confinement(struct examination *examination, const struct procfs *procfs)
{
	struct denet_examination *shown = &examination->shown;
	AUTO_FD int status = procfs_open(procfs->proc, "self/status");
	int no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	uint64_t mode;

	shown->is_first_user_namespace = is_first(procfs, "user");
	shown->is_first_pid_namespace = is_first(procfs, "pid");
	if (no_new_privs >= 0)
		shown->has_no_new_privs = answer(no_new_privs);
	if (status >= 0 && !lines_find_value(status, "Seccomp:", &mode))
		shown->seccomp_mode = mode;
	if (!access("/.dockerenv", F_OK))
		shown->container = "docker";
	else if (!access("/run/.containerenv", F_OK))
		shown->container = "podman";
}

/* "none [integrity] confidentiality": the one in brackets is in force. */
static const char *read_lockdown(struct examination *examination, const struct procfs *procfs)
{
	char text[256];
	struct parse_span span = { text, 0 };
	struct parse_span word;

	if (procfs_read_file(procfs->sys, "kernel/security/lockdown", sizeof(text), text,
			     &span.len))
		return NULL;
	span = parse_span_trim(span);
	while (parse_take_word(&span, &word))
		if (word.len > 2 && word.at[0] == '[' && word.at[word.len - 1] == ']')
			return plain_text(examination,
					  (struct parse_span){ word.at + 1, word.len - 2 });
	return NULL;
}

/* What bounds a command that is started from here. */
static void read_bounds(struct examination *examination, const struct procfs *procfs)
{
	struct denet_examination *shown = &examination->shown;
	struct memory_group group;
	struct cpu_group cpu;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	memory_group_open(&group, procfs, getpid());
	shown->memory_limit_kb = group.limit_kb;
	memory_group_close(&group);
	cpu_group_init(&cpu);
	cpu_group_open(&cpu, procfs, getpid());
	shown->cpu_limit_cores = cpu.limit_cores;
	cpu_group_close(&cpu);
	if (!sched_getaffinity(0, sizeof(set), &set))
		shown->cpus_allowed = (uint64_t)CPU_COUNT(&set);
	if (online > 0)
		shown->cpus_online = (uint64_t)online;
}

static void read_limits(struct examination *examination, const struct procfs *procfs)
{
	struct denet_examination *shown = &examination->shown;
	struct rlimit limit;

	shown->unprivileged_bpf_disabled =
		read_number(procfs->proc, "sys/kernel/unprivileged_bpf_disabled");
	shown->perf_event_paranoid =
		read_text(examination, procfs->proc, "sys/kernel/perf_event_paranoid");
	shown->ptrace_scope = read_number(procfs->proc, "sys/kernel/yama/ptrace_scope");
	shown->lockdown = read_lockdown(examination, procfs);
	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	shown->is_memlock_unlimited = limit.rlim_cur == RLIM_INFINITY;
	if (!shown->is_memlock_unlimited)
		shown->memlock_bytes = limit.rlim_cur;
}

/* What was mounted last hides what was there before. */
static void take_proc_mount(struct examination *examination, const struct mountinfo *mount)
{
	struct parse_span options = mount->super_options;
	struct parse_span option;

	examination->shown.hidepid = "off";
	while (parse_take_until(&options, ',', &option))
		if (parse_take_literal(&option, "hidepid="))
			examination->shown.hidepid = plain_text(examination, option);
}

static void take_v2_mount(struct examination *examination, const struct mountinfo *mount)
{
	char path[PATH_MAX];

	if (examination->shown.cgroup_v2_path ||
	    mountinfo_unescape(mount->point, sizeof(path), path))
		return;
	examination->shown.cgroup_v2_path = plain_text(examination, parse_span_of(path));
	examination->shown.cgroup_v2_controllers =
		read_text(examination, path, "cgroup.controllers");
}

static void read_mounts(struct examination *examination, const struct procfs *procfs)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "self/mountinfo");
	bool has_v1 = false, has_v2 = false;
	struct mountinfo mount;
	struct parse_span line;
	struct lines lines;
	int more;

	if (fd < 0)
		return;
	lines_init(&lines, fd);
	while ((more = lines_next(&lines, &line)) > 0) {
		if (!mountinfo_parse(line, &mount))
			continue;
		has_v1 = has_v1 || parse_span_equals(mount.type, "cgroup");
		if (parse_span_equals(mount.type, "cgroup2")) {
			has_v2 = true;
			take_v2_mount(examination, &mount);
		}
		if (parse_span_equals(mount.type, "proc") &&
		    parse_span_equals(mount.point, "/proc"))
			take_proc_mount(examination, &mount);
	}
	if (more < 0)
		return;
	if (has_v1)
		examination->shown.cgroup_version = has_v2 ? "hybrid" : "v1";
	else
		examination->shown.cgroup_version = has_v2 ? "v2" : "none";
}

static enum denet_answer has_file(const char *root, const char *name)
{
	AUTO_FD int fd = procfs_open(root, name);

	return answer(fd >= 0);
}

void machine_examine(struct examination *examination, const struct procfs *procfs)
{
	struct denet_examination *shown = &examination->shown;

	read_kernel(examination);
	read_btf(examination, procfs);
	read_capabilities(examination);
	read_confinement(examination, procfs);
	read_limits(examination, procfs);
	read_bounds(examination, procfs);
	read_mounts(examination, procfs);
	shown->has_proc = has_file(procfs->proc, "self/stat");
	if (shown->has_proc == DENET_ANSWER_YES)
		shown->has_children_file = has_file(procfs->proc, "thread-self/children");
}
