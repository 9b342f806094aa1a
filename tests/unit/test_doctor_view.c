/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/doctor_view.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "golden.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct term_style plain = { .columns = 80, .is_unicode = true };

static const struct denet_capability all_held[] = {
	{ "CAP_SYS_PTRACE", DENET_ANSWER_YES, DENET_ANSWER_YES, DENET_ANSWER_YES },
	{ "CAP_BPF", DENET_ANSWER_YES, DENET_ANSWER_YES, DENET_ANSWER_YES },
	{ "CAP_PERFMON", DENET_ANSWER_YES, DENET_ANSWER_YES, DENET_ANSWER_YES },
	{ "CAP_KILL", DENET_ANSWER_NO, DENET_ANSWER_NO, DENET_ANSWER_NO },
};

static const struct denet_program attached[] = {
	{ .name = "on_switch",
	  .hook = "tp_btf/sched_switch",
	  .is_offered = DENET_ANSWER_YES,
	  .is_loaded = DENET_ANSWER_YES,
	  .is_attached = DENET_ANSWER_YES },
	{ .name = "sample_tasks",
	  .hook = "iter/task",
	  .is_offered = DENET_ANSWER_YES,
	  .is_loaded = DENET_ANSWER_YES,
	  .is_attached = DENET_ANSWER_YES },
};

static const struct denet_load_path working[] = {
	{ "light", DENET_ANSWER_YES, NULL },
	{ "libbpf, hash", DENET_ANSWER_YES, NULL },
};

static const struct denet_examination good = {
	.size = sizeof(struct denet_examination),
	.accounting = DENET_ACCOUNTING_BPF,
	.load_path = "light",
	.kernel_release = "6.12.57+deb13-amd64",
	.architecture = "x86_64",
	.has_btf = DENET_ANSWER_YES,
	.has_task_storage = DENET_ANSWER_YES,
	.has_ring_buffer = DENET_ANSWER_YES,
	.programs = attached,
	.programs_count = COUNT(attached),
	.paths = working,
	.paths_count = COUNT(working),
	.uid = 0,
	.capabilities = all_held,
	.capabilities_count = COUNT(all_held),
	.is_first_user_namespace = DENET_ANSWER_YES,
	.is_first_pid_namespace = DENET_ANSWER_YES,
	.has_no_new_privs = DENET_ANSWER_NO,
	.seccomp_mode = 0,
	.unprivileged_bpf_disabled = 2,
	.perf_event_paranoid = "3",
	.lockdown = "none",
	.memlock_bytes = 8388608,
	.memory_limit_kb = 2 * 1024 * 1024,
	.cpus_allowed = 4,
	.cpu_limit_cores = 1.5,
	.cpus_online = 8,
	.cgroup_version = "v2",
	.cgroup_v2_path = "/sys/fs/cgroup",
	.cgroup_v2_controllers = "cpuset cpu io memory hugetlb pids rdma misc",
	.ptrace_scope = 0,
	.hidepid = "off",
	.has_proc = DENET_ANSWER_YES,
	.has_children_file = DENET_ANSWER_YES,
};

static const struct denet_capability none_held[] = {
	{ "CAP_BPF", DENET_ANSWER_NO, DENET_ANSWER_NO, DENET_ANSWER_YES },
	{ "CAP_PERFMON", DENET_ANSWER_NO, DENET_ANSWER_YES, DENET_ANSWER_YES },
	{ "CAP_SYS_ADMIN", DENET_ANSWER_NO, DENET_ANSWER_NO, DENET_ANSWER_NO },
	{ "CAP_KILL", DENET_ANSWER_UNKNOWN, DENET_ANSWER_UNKNOWN, DENET_ANSWER_UNKNOWN },
};

/* Three that share a reason, one of its own, one that could not be tried; bytes to be wary of. */
static const struct denet_program refused[] = {
	{ .name = "on_task_newtask",
	  .hook = "tp_btf/task_newtask",
	  .is_offered = DENET_ANSWER_YES,
	  .is_loaded = DENET_ANSWER_NO,
	  .reason = "Operation not permitted" },
	{ .name = "on_switch",
	  .hook = "tp_btf/sched_switch",
	  .is_offered = DENET_ANSWER_NO,
	  .is_loaded = DENET_ANSWER_NO,
	  .reason = "Operation not permitted" },
	{ .name = "sample_tasks",
	  .hook = "iter/task",
	  .is_loaded = DENET_ANSWER_YES,
	  .is_attached = DENET_ANSWER_NO,
	  .reason = "Invalid argument: \033[2J<x>\xff & a reason that is long enough to need a "
		    "second line of this table" },
	{ .name = "seed_tasks", .hook = "iter/task" },
};

static const struct denet_load_path failing[] = {
	{ "light", DENET_ANSWER_NO, "Operation not permitted" },
	{ "light, hash", DENET_ANSWER_UNKNOWN, NULL },
};

static const char *const losses[] = {
	"a process that lives shorter than the sampling interval has no record of its own: it is "
	"counted only through its parent",
	"peak memory of a process is what samples saw of it",
};

static const struct denet_fix fixes[] = {
	{ "as root, once", "sudo '/opt/a b\033/denet-bpf' run CMD" },
	{ "in a container: start it with the two capabilities",
	  "docker run --cap-add BPF --cap-add PERFMON --security-opt seccomp=unconfined IMAGE" },
	{ "leave the user namespace", NULL },
};

static const struct denet_examination bad = {
	.size = sizeof(struct denet_examination),
	.accounting = DENET_ACCOUNTING_PROC,
	.reason = "loading BPF programs needs root, or CAP_BPF and CAP_PERFMON",
	.kernel_release = "5.10.0\033-x",
	.has_btf = DENET_ANSWER_NO,
	.btf_reason = "No such file or directory",
	.has_task_storage = DENET_ANSWER_NO,
	.has_ring_buffer = DENET_ANSWER_UNKNOWN,
	.programs = refused,
	.programs_count = COUNT(refused),
	.paths = failing,
	.paths_count = COUNT(failing),
	.uid = 65534,
	.capabilities = none_held,
	.capabilities_count = COUNT(none_held),
	.is_first_user_namespace = DENET_ANSWER_NO,
	.is_first_pid_namespace = DENET_ANSWER_NO,
	.container = "podman",
	.has_no_new_privs = DENET_ANSWER_YES,
	.seccomp_mode = 2,
	.unprivileged_bpf_disabled = DENET_UNKNOWN,
	.memlock_bytes = DENET_UNKNOWN,
	.memory_limit_kb = DENET_UNKNOWN,
	.cpus_allowed = DENET_UNKNOWN,
	.cpu_limit_cores = NAN,
	.cpus_online = DENET_UNKNOWN,
	.is_memlock_unlimited = true,
	.cgroup_version = "hybrid",
	.cgroup_v2_path = "/sys/fs/cgroup/unified",
	.cgroup_v2_controllers = "",
	.ptrace_scope = DENET_UNKNOWN,
	.hidepid = "invisible",
	.has_proc = DENET_ANSWER_YES,
	.has_children_file = DENET_ANSWER_NO,
	.losses = losses,
	.losses_count = COUNT(losses),
	.fixes = fixes,
	.fixes_count = COUNT(fixes),
};

static void check(const char *name, const struct term_style *style,
		  const struct denet_examination *examination)
{
	AUTO(buf) struct buf buf = { 0 };

	doctor_view_append(&buf, style, examination);
	golden_check(name, &buf);
}

static void a_fit_machine_shows_what_it_has(void **state)
{
	(void)state;
	check("doctor_good", &plain, &good);
}

static void an_unfit_one_shows_reasons_losses_and_fixes(void **state)
{
	(void)state;
	check("doctor_bad", &plain, &bad);
}

static void a_narrow_terminal_in_colour_gets_the_same(void **state)
{
	const struct term_style narrow = { .columns = 40, .has_color = true, .is_terminal = true };

	(void)state;
	check("doctor_bad_40", &narrow, &bad);
}

static void append_json(struct buf *buf, const struct denet_examination *examination)
{
	AUTO_FREE char *text = NULL;

	assert_int_equal(denet_examination_json(examination, &text), 0);
	buf_append_text(buf, text);
}

static void json_holds_what_is_known(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	append_json(&buf, &good);
	buf_append_text(&buf, "\n");
	append_json(&buf, &bad);
	buf_append_text(&buf, "\n");
	golden_check("doctor_json", &buf);
}

static void json_of_nothing_is_valid_and_short(void **state)
{
	const struct denet_examination nothing = {
		.accounting = DENET_ACCOUNTING_NONE,
		.uid = DENET_UNKNOWN,
		.seccomp_mode = DENET_UNKNOWN,
		.unprivileged_bpf_disabled = DENET_UNKNOWN,
		.memlock_bytes = DENET_UNKNOWN,
		.memory_limit_kb = DENET_UNKNOWN,
		.cpus_allowed = DENET_UNKNOWN,
		.cpu_limit_cores = NAN,
		.cpus_online = DENET_UNKNOWN,
		.ptrace_scope = DENET_UNKNOWN,
	};
	AUTO(buf) struct buf buf = { 0 };
	AUTO(buf) struct buf table = { 0 };
	cJSON *object;

	(void)state;
	append_json(&buf, &nothing);
	object = cJSON_Parse(buf_text(&buf));
	assert_non_null(object);
	/* The verdict, and lists without entries. */
	assert_int_equal(cJSON_GetArraySize(object), 9);
	cJSON_Delete(object);
	doctor_view_append(&table, &plain, &nothing);
	assert_int_equal(table.error, 0);
	assert_non_null(strstr(buf_text(&table), "not known"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fit_machine_shows_what_it_has),
		cmocka_unit_test(an_unfit_one_shows_reasons_losses_and_fixes),
		cmocka_unit_test(a_narrow_terminal_in_colour_gets_the_same),
		cmocka_unit_test(json_holds_what_is_known),
		cmocka_unit_test(json_of_nothing_is_valid_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
