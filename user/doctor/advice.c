/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "doctor/doctor_internal.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/kernel_version.h"
#include "util/parse.h"
#include "util/quote.h"

/* What decides, drawn from the facts. */
struct advice {
	struct examination *examination;
	const struct denet_examination *shown;
	const char *program; /* quoted for a shell; NULL when it must not be named */
	bool is_nosuid; /* file capabilities do nothing where it lies */
	bool can_get_rights; /* the bounding set leaves them within reach */
	bool is_confined; /* in something that was started with fewer rights than the machine has */
};

static void lose(struct advice *advice, const char *text)
{
	struct denet_examination *shown = &advice->examination->shown;

	if (shown->losses_count < EXAMINE_LOSSES_MAX)
		advice->examination->losses[shown->losses_count++] = text;
}

static void fix(struct advice *advice, const char *text, const char *command)
{
	struct denet_examination *shown = &advice->examination->shown;

	if (shown->fixes_count < EXAMINE_FIXES_MAX)
		advice->examination->fixes[shown->fixes_count++] =
			(struct denet_fix){ .text = text, .command = command };
}

static const struct denet_capability *find_capability(const struct denet_examination *shown,
						      const char *name)
{
	for (size_t i = 0; i < shown->capabilities_count; i++)
		if (!strcmp(shown->capabilities[i].name, name))
			return &shown->capabilities[i];
	return NULL;
}

static bool holds(const struct denet_examination *shown, const char *name)
{
	const struct denet_capability *capability = find_capability(shown, name);

	return capability && capability->is_effective == DENET_ANSWER_YES;
}

static bool lacks(const struct denet_examination *shown, const char *name)
{
	const struct denet_capability *capability = find_capability(shown, name);

	return capability && capability->is_effective == DENET_ANSWER_NO;
}

static bool is_out_of_reach(const struct denet_examination *shown, const char *name)
{
	const struct denet_capability *capability = find_capability(shown, name);

	return capability && capability->is_bounding == DENET_ANSWER_NO;
}

/* Capabilities of another user namespace do not count for bpf(). */
static bool has_rights(const struct denet_examination *shown)
{
	if (shown->is_first_user_namespace == DENET_ANSWER_NO)
		return false;
	return holds(shown, "CAP_SYS_ADMIN") ||
	       (holds(shown, "CAP_BPF") && holds(shown, "CAP_PERFMON"));
}

static bool is_kernel_below(const struct denet_examination *shown, uint64_t major, uint64_t minor)
{
	struct kernel_version version;

	return shown->kernel_release && kernel_version_parse(shown->kernel_release, &version) &&
	       kernel_version_is_below(version, major, minor);
}

/* Before 5.11 maps count against the limit of locked memory. */
static bool counts_memlock(const struct denet_examination *shown)
{
	return is_kernel_below(shown, 5, 11);
}

static void show_losses_of_proc(struct advice *advice)
{
	const struct denet_examination *shown = advice->shown;

	lose(advice, "a process that lives shorter than the sampling interval has no record of its "
		     "own: it is counted only through its parent");
	lose(advice, "what a process used after its last sample is known to a clock tick at best, "
		     "and not at all when nobody waits for it");
	lose(advice, "disk and I/O figures end at the last sample: totals are lower bounds");
	lose(advice, "peak memory of a process is what samples saw of it");
	lose(advice, "exit status is known of the command, not of every descendant");
	if (shown->has_children_file == DENET_ANSWER_NO)
		lose(advice, "without /proc/PID/task/TID/children every sample looks at all "
			     "processes of the machine: slower, and orphans may be missed");
	if (shown->hidepid && strcmp(shown->hidepid, "off") && strcmp(shown->hidepid, "0") &&
	    !holds(shown, "CAP_SYS_PTRACE"))
		lose(advice, "/proc is mounted with hidepid: descendants that run as another user "
			     "cannot be seen");
}

static bool is_refused(const struct denet_program *program)
{
	return program->is_loaded == DENET_ANSWER_NO || program->is_attached == DENET_ANSWER_NO;
}

static void show_losses_of_programs(struct advice *advice)
{
	const struct denet_examination *shown = advice->shown;
	bool is_attach_hurt = false, are_samples_dear = false;

	for (size_t i = 0; i < shown->programs_count; i++) {
		const struct denet_program *program = &shown->programs[i];

		if (!is_refused(program))
			continue;
		is_attach_hurt |= program->is_for_attach;
		if (program->hook && !strcmp(program->hook, "tp_btf/signal_generate"))
			lose(advice, "who told a process to end is not known");
		if (program->hook && !strcmp(program->hook, "tp_btf/sock_send_length"))
			lose(advice, "what processes send and receive cannot be counted: --net "
				     "tells nothing");
		are_samples_dear |= !strcmp(program->name, "sample_members");
	}
	if (is_attach_hurt)
		lose(advice, "attach: some of the kernel programs it needs are refused");
	if (are_samples_dear)
		lose(advice, "every sample looks at all tasks of the machine, not at the members "
			     "alone: slower where there are thousands");
}

static void show_losses(struct advice *advice)
{
	const struct denet_examination *shown = advice->shown;

	if (shown->accounting == DENET_ACCOUNTING_NONE) {
		lose(advice, "nothing is measured: the command runs, that is all");
		return;
	}
	if (shown->accounting == DENET_ACCOUNTING_PROC)
		show_losses_of_proc(advice);
	else if (shown->has_proc == DENET_ANSWER_NO)
		lose(advice, "/proc is not mounted: memory at the samples is not known");
	/* Root in a container may lack it, too. */
	if (lacks(shown, "CAP_SYS_PTRACE"))
		lose(advice, "processes of other users: no PSS, RSS counts instead; no path of "
			     "their program");
	if (shown->accounting == DENET_ACCOUNTING_BPF)
		show_losses_of_programs(advice);
}

static void fix_kernel(struct advice *advice)
{
	const char *architecture = advice->shown->architecture;
	const char *package = "linux-image-amd64";

	if (architecture && !strcmp(architecture, "aarch64"))
		package = "linux-image-arm64";
	else if (architecture && strcmp(architecture, "x86_64") != 0)
		package = NULL;
	if (package)
		fix(advice,
		    "boot a kernel with BTF, 5.10 or newer: Debian's have it (your own: "
		    "CONFIG_DEBUG_INFO_BTF=y)",
		    examination_text(advice->examination, "sudo apt install %s", package));
	else
		fix(advice, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y, 5.10 or newer", NULL);
}

static void fix_container(struct advice *advice)
{
	const char *tool = advice->shown->container ? advice->shown->container : "docker";

	fix(advice, "in a container: start it with the two capabilities",
	    examination_text(advice->examination, "%s run --cap-add BPF --cap-add PERFMON%s IMAGE",
			     tool, counts_memlock(advice->shown) ? " --cap-add SYS_RESOURCE" : ""));
}

static void fix_by_sudo(struct advice *advice)
{
	struct examination *examination = advice->examination;
	const char *more = counts_memlock(advice->shown) ? ",cap_sys_resource" : "";

	/* Without -u, CMD would be root's, and so would be the files that it writes. */
	fix(advice, "as root, once",
	    examination_text(examination, "sudo %s run -u \"$USER\" CMD", advice->program));
	if (is_kernel_below(advice->shown, 5, 8) || advice->is_nosuid)
		return;
	fix(advice, "for every user, this program",
	    examination_text(examination, "sudo setcap cap_bpf,cap_perfmon%s=p %s", more,
			     advice->program));
	fix(advice, "the same when it is installed from its source", "sudo make install SETCAP=1");
}

static void fix_rights(struct advice *advice)
{
	if (advice->shown->is_first_user_namespace == DENET_ANSWER_NO)
		fix(advice,
		    "leave the user namespace: its capabilities do not count for bpf(); a rootless "
		    "container has to be a root one",
		    NULL);
	else if (advice->shown->has_no_new_privs == DENET_ANSWER_YES)
		fix(advice,
		    "start from a session without no_new_privs, which keeps sudo and file "
		    "capabilities from working",
		    NULL);
	if (advice->can_get_rights && advice->program)
		fix_by_sudo(advice);
	if (advice->is_confined)
		fix_container(advice);
}

static void fix_refusal(struct advice *advice)
{
	const struct denet_examination *shown = advice->shown;

	if (shown->seccomp_mode == 2) {
		fix(advice,
		    "a seccomp filter may forbid bpf(): in a container, use a profile that allows "
		    "it, or none",
		    examination_text(advice->examination,
				     "%s run --cap-add BPF --cap-add PERFMON --security-opt "
				     "seccomp=unconfined IMAGE",
				     shown->container ? shown->container : "docker"));
	} else if (shown->lockdown && !strcmp(shown->lockdown, "confidentiality")) {
		fix(advice, "boot without lockdown=confidentiality; integrity does no harm", NULL);
	} else if (counts_memlock(shown) && !shown->is_memlock_unlimited &&
		   !holds(shown, "CAP_SYS_RESOURCE")) {
		fix(advice, "raise the limit of locked memory of this shell",
		    "sudo prlimit --pid $$ --memlock=unlimited");
	} else {
		fix(advice,
		    "the rights are there, the kernel refuses all the same: its reasons stand "
		    "above; a newer kernel may help",
		    NULL);
	}
}

static void show_fixes(struct advice *advice)
{
	const struct denet_examination *shown = advice->shown;
	bool is_kernel_fit = !is_kernel_below(shown, 5, 8);

	if (shown->accounting == DENET_ACCOUNTING_BPF)
		return;
	/* The map types are in BTF even where its file is out of reach. */
	if (!is_kernel_fit ||
	    (shown->has_btf == DENET_ANSWER_NO && shown->has_ring_buffer != DENET_ANSWER_YES))
		fix_kernel(advice);
	if (!has_rights(shown))
		fix_rights(advice);
	else if (is_kernel_fit && shown->fixes_count == 0)
		fix_refusal(advice);
}

void advice_give(struct examination *examination, const char *program)
{
	const struct denet_examination *shown = &examination->shown;
	AUTO(buf) struct buf quoted = { 0 };
	bool is_root = shown->uid == 0;
	struct statvfs filesystem;
	struct advice advice = {
		.examination = examination,
		.shown = shown,
		.can_get_rights = shown->is_first_user_namespace != DENET_ANSWER_NO &&
				  shown->has_no_new_privs != DENET_ANSWER_YES &&
				  !is_out_of_reach(shown, "CAP_BPF") &&
				  !is_out_of_reach(shown, "CAP_PERFMON"),
	};

	advice.is_confined = shown->container || shown->is_first_pid_namespace == DENET_ANSWER_NO ||
			     is_out_of_reach(shown, "CAP_BPF") ||
			     is_out_of_reach(shown, "CAP_PERFMON") ||
			     (is_root && shown->is_first_user_namespace != DENET_ANSWER_NO);
	if (program) {
		quote_append(&quoted, program);
		advice.program = buf_text(&quoted);
		advice.is_nosuid =
			!statvfs(program, &filesystem) && (filesystem.f_flag & ST_NOSUID);
	}
	show_losses(&advice);
	show_fixes(&advice);
}
