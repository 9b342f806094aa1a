/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What doctor draws from files, from the kernel's words, and from both together. */
#include "doctor/doctor_internal.h"

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "probe/reason.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

static char root[] = "/tmp/denet-doctor.XXXXXX";
static char template[sizeof(root)];
static const struct procfs machine = { .proc = root, .sys = root };

static const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void put_file(const char *name, const char *text)
{
	const char *path = path_of(name);
	char folder[PATH_MAX];
	FILE *file;

	for (const char *at = strchr(path + sizeof(root), '/'); at; at = strchr(at + 1, '/')) {
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(at - path), path);
		(void)mkdir(folder, 0700);
	}
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
	(void)state;
	if (!template[0])
		memcpy(template, root, sizeof(root));
	memcpy(root, template, sizeof(root));
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

static int remove_root(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct examination *examined(void)
{
	struct examination *examination;

	assert_int_equal(examination_new(&examination), 0);
	machine_examine(examination, &machine);
	assert_int_equal(examination->error, 0);
	return examination;
}

static void an_empty_machine_is_not_known(void **state)
{
	AUTO(examination) struct examination *examination = examined();
	const struct denet_examination *shown = &examination->shown;

	(void)state;
	assert_int_equal(shown->size, sizeof(*shown));
	assert_int_equal(shown->has_proc, DENET_ANSWER_NO);
	assert_int_equal(shown->has_btf, DENET_ANSWER_NO);
	assert_string_equal(shown->btf_reason, "No such file or directory");
	assert_int_equal(shown->has_children_file, DENET_ANSWER_UNKNOWN);
	assert_int_equal(shown->is_first_user_namespace, DENET_ANSWER_UNKNOWN);
	assert_int_equal(shown->seccomp_mode, DENET_UNKNOWN);
	assert_int_equal(shown->unprivileged_bpf_disabled, DENET_UNKNOWN);
	assert_int_equal(shown->ptrace_scope, DENET_UNKNOWN);
	assert_null(shown->perf_event_paranoid);
	assert_null(shown->lockdown);
	assert_null(shown->hidepid);
	assert_null(shown->cgroup_version);
	assert_int_equal(shown->capabilities_count, EXAMINE_CAPABILITIES);
	assert_int_not_equal(shown->capabilities[0].is_effective, DENET_ANSWER_UNKNOWN);
}

static void files_say_what_is_allowed(void **state)
{
	AUTO(examination) struct examination *examination = NULL;
	const struct denet_examination *shown;

	(void)state;
	put_file("self/stat", "1 (x) R\n");
	put_file("self/status", "Name:\tx\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n");
	put_file("self/ns/none", "");
	assert_int_equal(symlink("user:[4026531837]", path_of("self/ns/user")), 0);
	assert_int_equal(symlink("pid:[4026532999]", path_of("self/ns/pid")), 0);
	put_file("thread-self/children", "");
	put_file("kernel/btf/vmlinux", "");
	put_file("kernel/security/lockdown", "none [integrity] confidentiality\n");
	put_file("sys/kernel/unprivileged_bpf_disabled", "2\n");
	put_file("sys/kernel/perf_event_paranoid", "-1\n");
	put_file("sys/kernel/yama/ptrace_scope", "1\n");
	examination = examined();
	shown = &examination->shown;
	assert_int_equal(shown->has_proc, DENET_ANSWER_YES);
	assert_int_equal(shown->has_btf, DENET_ANSWER_YES);
	assert_null(shown->btf_reason);
	assert_int_equal(shown->has_children_file, DENET_ANSWER_YES);
	assert_int_equal(shown->is_first_user_namespace, DENET_ANSWER_YES);
	assert_int_equal(shown->is_first_pid_namespace, DENET_ANSWER_NO);
	assert_int_equal(shown->seccomp_mode, 2);
	assert_string_equal(shown->lockdown, "integrity");
	assert_int_equal(shown->unprivileged_bpf_disabled, 2);
	assert_string_equal(shown->perf_event_paranoid, "-1");
	assert_int_equal(shown->ptrace_scope, 1);
}

static void hostile_files_do_no_harm(void **state)
{
	AUTO(examination) struct examination *examination = NULL;

	(void)state;
	put_file("kernel/security/lockdown", "[] [ ] [\033[2J\xff] [x");
	put_file("sys/kernel/unprivileged_bpf_disabled", "99999999999999999999999\n");
	put_file("sys/kernel/perf_event_paranoid", "\033[31m\xff\n2\n");
	put_file("self/status", "Seccomp:\t-\nSeccomp:");
	put_file("self/mountinfo", "\n- - -\n1 2 3\n\xff - cgroup2\n1 2 3 / /x\\ - cgroup2 y z");
	put_file("kernel/btf/vmlinux/x", "");
	examination = examined();
	assert_string_equal(examination->shown.lockdown, "?[2J\xef\xbf\xbd");
	assert_string_equal(examination->shown.perf_event_paranoid, "?[31m\xef\xbf\xbd");
	assert_int_equal(examination->shown.unprivileged_bpf_disabled, DENET_UNKNOWN);
	assert_int_equal(examination->shown.seccomp_mode, DENET_UNKNOWN);
	assert_null(examination->shown.cgroup_v2_controllers);
}

static void check_mounts(const char *mountinfo, const char *version, const char *hidepid)
{
	AUTO(examination) struct examination *examination = NULL;

	put_file("self/mountinfo", mountinfo);
	examination = examined();
	assert_string_equal(examination->shown.cgroup_version, version);
	if (hidepid)
		assert_string_equal(examination->shown.hidepid, hidepid);
	else
		assert_null(examination->shown.hidepid);
}

static void mounts_tell_the_cgroup_version_and_hidepid(void **state)
{
	(void)state;
	check_mounts("", "none", NULL);
	check_mounts("22 27 0:21 / /proc rw - proc proc rw\n", "none", "off");
	check_mounts("22 27 0:21 / /proc rw shared:1 - proc proc rw,gid=1,hidepid=invisible\n",
		     "none", "invisible");
	check_mounts("22 27 0:21 / /proc rw - proc proc rw,hidepid=2\n"
		     "23 27 0:21 / /proc rw - proc proc rw\n",
		     "none", "off");
	check_mounts("22 27 0:21 / /other/proc rw - proc proc rw,hidepid=2\n", "none", NULL);
	check_mounts("1 2 0:3 / /a rw - cgroup cgroup rw,cpu\n", "v1", NULL);
	check_mounts("1 2 0:3 / /a rw - cgroup cgroup rw,cpu\n4 2 0:3 / /b rw - cgroup2 x rw\n",
		     "hybrid", NULL);
	check_mounts("1 2 0:3 / /b rw - cgroup2 cgroup rw\n", "v2", NULL);
}

static void controllers_are_those_of_the_mount(void **state)
{
	AUTO(examination) struct examination *examination = NULL;
	char mountinfo[PATH_MAX + 64];

	(void)state;
	put_file("a b/cgroup.controllers", "cpu io memory\n");
	(void)snprintf(mountinfo, sizeof(mountinfo), "1 2 0:3 / %s/a\\040b rw - cgroup2 x rw\n",
		       root);
	put_file("self/mountinfo", mountinfo);
	examination = examined();
	assert_string_equal(examination->shown.cgroup_v2_path, path_of("a b"));
	assert_string_equal(examination->shown.cgroup_v2_controllers, "cpu io memory");
}

static void check_reason(const char *log, const char *expected)
{
	struct probe_reason reason = { .text = "old" };

	probe_reason_take(&reason, log);
	assert_string_equal(reason.text, expected);
}

static void a_reason_is_the_verifier_s_verdict(void **state)
{
	(void)state;
	check_reason("libbpf: prog 'on_switch': BPF program load failed: Invalid argument\n"
		     "libbpf: prog 'on_switch': -- BEGIN PROG LOAD LOG --\n"
		     "0: (79) r6 = *(u64 *)(r1 +8)\n"
		     "func 'sched_process_exit' doesn't have 2-th argument\n"
		     "processed 12 insns (limit 1000000) max_states_per_insn 0 total_states 0\n"
		     "-- END PROG LOAD LOG --\n"
		     "libbpf: prog 'on_switch': failed to load: -22\n"
		     "libbpf: failed to load object 'denet'\n",
		     "func 'sched_process_exit' doesn't have 2-th argument");
	check_reason("libbpf: prog 'x': -- BEGIN PROG LOAD LOG --\nprocessed 0 insns\n"
		     "-- END PROG LOAD LOG --\nlibbpf: prog 'x': failed to load: -22\n",
		     "prog 'x': failed to load: -22");
}

static void a_reason_is_libbpf_s_first_word_on_it(void **state)
{
	(void)state;
	check_reason("", "");
	check_reason("\n\n  \n", "");
	check_reason("libbpf: Error in bpf_create_map_xattr(ts):Invalid argument(-22). Retrying "
		     "without BTF.\n"
		     "libbpf: map 'ts': failed to create: Invalid argument(-22)\n"
		     "libbpf: failed to load object 'denet'\n",
		     "map 'ts': failed to create: Invalid argument(-22)");
	check_reason("libbpf: Error in bpf_object__probe_loading():Operation not permitted(1). "
		     "Couldn't load trivial BPF program. Make sure your kernel supports BPF\n",
		     "Error in bpf_object__probe_loading():Operation not permitted(1). "
		     "Couldn't load trivial BPF program.");
	check_reason("libbpf: a\033[2Jb\xff\n", "a?[2Jb\xef\xbf\xbd");
}

static void a_reason_is_cut_to_its_room(void **state)
{
	struct probe_reason reason;
	char log[4096];

	(void)state;
	memset(log, 'x', sizeof(log));
	log[sizeof(log) - 1] = '\0';
	probe_reason_take(&reason, log);
	assert_in_range(strlen(reason.text), 100, PROBE_REASON_BYTES - 1);
	for (size_t i = 0; i + 4 < sizeof(log); i += 4)
		memcpy(log + i, "\xf0\x9f\x98\x80", 4);
	probe_reason_take(&reason, log);
	assert_in_range(strlen(reason.text), 100, PROBE_REASON_BYTES - 1);
}

/* An ordinary user on a kernel that would do. */
static struct examination *ordinary(void)
{
	static const char *const names[] = { "CAP_BPF", "CAP_PERFMON", "CAP_SYS_ADMIN" };
	struct examination *examination;

	assert_int_equal(examination_new(&examination), 0);
	examination->shown.accounting = DENET_ACCOUNTING_PROC;
	examination->shown.kernel_release = "6.12.1-amd64";
	examination->shown.architecture = "x86_64";
	examination->shown.uid = 1000;
	examination->shown.has_proc = DENET_ANSWER_YES;
	examination->shown.has_btf = DENET_ANSWER_YES;
	examination->shown.has_ring_buffer = DENET_ANSWER_YES;
	examination->shown.is_first_user_namespace = DENET_ANSWER_YES;
	examination->shown.is_first_pid_namespace = DENET_ANSWER_YES;
	examination->shown.has_no_new_privs = DENET_ANSWER_NO;
	examination->shown.seccomp_mode = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		examination->capabilities[i] = (struct denet_capability){
			.name = names[i],
			.is_effective = DENET_ANSWER_NO,
			.is_permitted = DENET_ANSWER_NO,
			.is_bounding = DENET_ANSWER_YES,
		};
	examination->shown.capabilities_count = 3;
	return examination;
}

/* All commands, a line each; "-" where a fix has none. */
static void check_commands(struct examination *examination, const char *program,
			   const char *expected)
{
	char commands[1024] = "";
	size_t len = 0;

	advice_give(examination, program);
	for (size_t i = 0; i < examination->shown.fixes_count; i++) {
		const char *command = examination->fixes[i].command;

		len += (size_t)snprintf(commands + len, sizeof(commands) - len, "%s\n",
					command ? command : "-");
		assert_in_range(len, 0, sizeof(commands) - 1);
	}
	assert_string_equal(commands, expected);
	examination_free(examination);
}

static void hold(struct examination *examination)
{
	for (size_t i = 0; i < examination->shown.capabilities_count; i++)
		examination->capabilities[i].is_effective = DENET_ANSWER_YES;
}

static void an_ordinary_user_gets_sudo_and_setcap(void **state)
{
	struct examination *old = ordinary();

	(void)state;
	check_commands(ordinary(), "/no/it's here",
		       "sudo '/no/it'\\''s here' run -u \"$USER\" CMD\n"
		       "sudo setcap cap_bpf,cap_perfmon=p '/no/it'\\''s here'\n"
		       "sudo make install SETCAP=1\n");
	check_commands(ordinary(), NULL, "");
	old->shown.kernel_release = "5.10.0-30-amd64";
	check_commands(old, "/a",
		       "sudo /a run -u \"$USER\" CMD\n"
		       "sudo setcap cap_bpf,cap_perfmon,cap_sys_resource=p /a\n"
		       "sudo make install SETCAP=1\n");
}

static void sudo_is_not_advised_where_it_does_nothing(void **state)
{
	struct examination *examination = ordinary();

	(void)state;
	examination->shown.has_no_new_privs = DENET_ANSWER_YES;
	check_commands(examination, "/a", "-\n");
	examination = ordinary();
	examination->shown.is_first_user_namespace = DENET_ANSWER_NO;
	hold(examination);
	check_commands(examination, "/a", "-\n");
	examination = ordinary();
	examination->capabilities[0].is_bounding = DENET_ANSWER_NO;
	check_commands(examination, "/a", "docker run --cap-add BPF --cap-add PERFMON IMAGE\n");
}

static void a_container_gets_the_flags_of_its_tool(void **state)
{
	struct examination *examination = ordinary();

	(void)state;
	examination->shown.container = "podman";
	examination->shown.kernel_release = "5.10.200";
	examination->capabilities[1].is_bounding = DENET_ANSWER_NO;
	check_commands(examination, "/a",
		       "podman run --cap-add BPF --cap-add PERFMON --cap-add SYS_RESOURCE IMAGE\n");
	examination = ordinary();
	hold(examination);
	examination->shown.seccomp_mode = 2;
	check_commands(examination, "/a",
		       "docker run --cap-add BPF --cap-add PERFMON --security-opt "
		       "seccomp=unconfined IMAGE\n");
}

static void a_kernel_without_btf_gets_one_with_it(void **state)
{
	struct examination *examination = ordinary();

	(void)state;
	hold(examination);
	examination->shown.has_btf = DENET_ANSWER_NO;
	examination->shown.has_ring_buffer = DENET_ANSWER_UNKNOWN;
	examination->shown.architecture = "aarch64";
	check_commands(examination, "/a", "sudo apt install linux-image-arm64\n");
	examination = ordinary();
	hold(examination);
	examination->shown.kernel_release = "4.19.0";
	check_commands(examination, "/a", "sudo apt install linux-image-amd64\n");
}

static void a_refusal_in_spite_of_rights_is_named(void **state)
{
	struct examination *examination = ordinary();

	(void)state;
	hold(examination);
	examination->shown.lockdown = "confidentiality";
	check_commands(examination, "/a", "-\n");
	examination = ordinary();
	hold(examination);
	examination->shown.kernel_release = "5.10.1";
	check_commands(examination, "/a", "sudo prlimit --pid $$ --memlock=unlimited\n");
}

static void where_all_works_nothing_is_lost(void **state)
{
	AUTO(examination) struct examination *examination = ordinary();

	(void)state;
	hold(examination);
	examination->shown.uid = 0;
	examination->shown.accounting = DENET_ACCOUNTING_BPF;
	advice_give(examination, "/a");
	assert_int_equal(examination->shown.losses_count, 0);
	assert_int_equal(examination->shown.fixes_count, 0);
}

/* Root in a container may lack what shows the memory of others. */
static void root_without_its_capability_loses_pss_of_others(void **state)
{
	AUTO(examination) struct examination *examination = ordinary();

	(void)state;
	hold(examination);
	examination->shown.uid = 0;
	examination->shown.accounting = DENET_ACCOUNTING_BPF;
	examination->capabilities[2].name = "CAP_SYS_PTRACE";
	examination->capabilities[2].is_effective = DENET_ANSWER_NO;
	advice_give(examination, "/a");
	assert_int_equal(examination->shown.losses_count, 1);
	assert_non_null(strstr(examination->losses[0], "no PSS"));
}

/* Each that is refused, and what a run does without it. */
static void a_program_that_is_missing_is_a_loss_of_its_own(void **state)
{
	AUTO(examination) struct examination *examination = ordinary();

	(void)state;
	hold(examination);
	examination->shown.uid = 0;
	examination->shown.accounting = DENET_ACCOUNTING_BPF;
	examination->programs[0] = (struct denet_program){
		.name = "on_signal",
		.hook = "tp_btf/signal_generate",
		.is_attached = DENET_ANSWER_NO,
	};
	examination->shown.programs_count = 1;
	advice_give(examination, "/a");
	assert_int_equal(examination->shown.losses_count, 1);
	assert_non_null(strstr(examination->losses[0], "told a process to end"));
	examination->shown.losses_count = 0;
	examination->programs[0].hook = "tp_btf/sched_wakeup_new";
	examination->programs[0].is_for_attach = true;
	advice_give(examination, "/a");
	assert_int_equal(examination->shown.losses_count, 1);
	assert_non_null(strstr(examination->losses[0], "attach"));
	examination->shown.losses_count = 0;
	examination->programs[0].hook = "tp_btf/sock_send_length";
	examination->programs[0].is_for_attach = false;
	advice_give(examination, "/a");
	assert_int_equal(examination->shown.losses_count, 1);
	assert_non_null(strstr(examination->losses[0], "--net"));
}

static void without_any_source_that_is_said(void **state)
{
	AUTO(examination) struct examination *examination = ordinary();

	(void)state;
	examination->shown.accounting = DENET_ACCOUNTING_NONE;
	advice_give(examination, "/a");
	assert_int_equal(examination->shown.losses_count, 1);
	assert_non_null(strstr(examination->losses[0], "nothing is measured"));
}

#define ON_FILES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FILES(an_empty_machine_is_not_known),
		ON_FILES(files_say_what_is_allowed),
		ON_FILES(hostile_files_do_no_harm),
		ON_FILES(mounts_tell_the_cgroup_version_and_hidepid),
		ON_FILES(controllers_are_those_of_the_mount),
		cmocka_unit_test(a_reason_is_the_verifier_s_verdict),
		cmocka_unit_test(a_reason_is_libbpf_s_first_word_on_it),
		cmocka_unit_test(a_reason_is_cut_to_its_room),
		cmocka_unit_test(an_ordinary_user_gets_sudo_and_setcap),
		cmocka_unit_test(sudo_is_not_advised_where_it_does_nothing),
		cmocka_unit_test(a_container_gets_the_flags_of_its_tool),
		cmocka_unit_test(a_kernel_without_btf_gets_one_with_it),
		cmocka_unit_test(a_refusal_in_spite_of_rights_is_named),
		cmocka_unit_test(where_all_works_nothing_is_lost),
		cmocka_unit_test(root_without_its_capability_loses_pss_of_others),
		cmocka_unit_test(a_program_that_is_missing_is_a_loss_of_its_own),
		cmocka_unit_test(without_any_source_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
