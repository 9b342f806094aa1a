/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_examination_json(): what the machine allows, for a machine. */
#include <math.h>

#include "denet/denet.h"
#include "util/accounting.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/parse.h"

static void put_answer(struct json *json, const char *key, enum denet_answer answer)
{
	if (answer != DENET_ANSWER_UNKNOWN)
		json_bool(json, key, answer == DENET_ANSWER_YES);
}

static void put_text(struct json *json, const char *key, const char *text)
{
	if (text)
		json_string(json, key, text);
}

static void put_number(struct json *json, const char *key, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		json_u64(json, key, value);
}

/* A number that may be negative, as the kernel writes it. */
static void put_signed(struct json *json, const char *key, const char *text)
{
	size_t sign = text && text[0] == '-';
	uint64_t value;

	if (text && !parse_u64(text + sign, 0, INT64_MAX, &value))
		json_i64(json, key, sign ? -(int64_t)value : (int64_t)value);
}

static void put_verdict(struct json *json, const struct denet_examination *examination)
{
	json_string(json, "kind", "doctor");
	json_string(json, "version", DENET_VERSION);
	json_bool(json, "exact", examination->accounting == DENET_ACCOUNTING_BPF);
	json_string(json, "accounting", accounting_name(examination->accounting));
	put_text(json, "load_path", examination->load_path);
	put_text(json, "reason", examination->reason);
}

static void put_kernel(struct json *json, const struct denet_examination *examination)
{
	put_text(json, "kernel", examination->kernel_release);
	put_text(json, "architecture", examination->architecture);
	put_answer(json, "btf", examination->has_btf);
	put_text(json, "btf_reason", examination->btf_reason);
	put_answer(json, "task_storage", examination->has_task_storage);
	put_answer(json, "ring_buffer", examination->has_ring_buffer);
	put_text(json, "lockdown", examination->lockdown);
	put_number(json, "unprivileged_bpf_disabled", examination->unprivileged_bpf_disabled);
	put_signed(json, "perf_event_paranoid", examination->perf_event_paranoid);
	put_number(json, "ptrace_scope", examination->ptrace_scope);
}

static void put_rights(struct json *json, const struct denet_examination *examination)
{
	put_number(json, "uid", examination->uid);
	json_array_begin(json, "capabilities");
	for (size_t i = 0; i < examination->capabilities_count; i++) {
		const struct denet_capability *capability = &examination->capabilities[i];

		json_object_begin(json, NULL);
		json_string(json, "name", capability->name);
		put_answer(json, "effective", capability->is_effective);
		put_answer(json, "permitted", capability->is_permitted);
		put_answer(json, "bounding", capability->is_bounding);
		json_object_end(json);
	}
	json_array_end(json);
	put_answer(json, "user_namespace_initial", examination->is_first_user_namespace);
	put_answer(json, "pid_namespace_initial", examination->is_first_pid_namespace);
	put_text(json, "container", examination->container);
	put_answer(json, "no_new_privs", examination->has_no_new_privs);
	put_number(json, "seccomp", examination->seccomp_mode);
	put_number(json, "cgroup_memory_limit_kb", examination->memory_limit_kb);
	if (isfinite(examination->cpu_limit_cores))
		json_double(json, "cgroup_cpu_limit_cores", examination->cpu_limit_cores);
	put_number(json, "cpus_allowed", examination->cpus_allowed);
	put_number(json, "cpus_online", examination->cpus_online);
	put_number(json, "memlock_bytes", examination->memlock_bytes);
	if (examination->is_memlock_unlimited)
		json_bool(json, "memlock_unlimited", true);
}

static void put_files(struct json *json, const struct denet_examination *examination)
{
	put_answer(json, "proc", examination->has_proc);
	put_text(json, "hidepid", examination->hidepid);
	put_answer(json, "proc_children", examination->has_children_file);
	put_text(json, "cgroup", examination->cgroup_version);
	put_text(json, "cgroup_v2_path", examination->cgroup_v2_path);
	put_text(json, "cgroup_v2_controllers", examination->cgroup_v2_controllers);
}

static void put_programs(struct json *json, const struct denet_examination *examination)
{
	json_array_begin(json, "programs");
	for (size_t i = 0; i < examination->programs_count; i++) {
		const struct denet_program *program = &examination->programs[i];

		json_object_begin(json, NULL);
		json_string(json, "name", program->name);
		json_string(json, "hook", program->hook);
		put_answer(json, "offered", program->is_offered);
		put_answer(json, "loaded", program->is_loaded);
		put_answer(json, "attached", program->is_attached);
		if (program->is_optional)
			json_bool(json, "optional", true);
		put_text(json, "reason", program->reason);
		json_object_end(json);
	}
	json_array_end(json);
	json_array_begin(json, "load_paths");
	for (size_t i = 0; i < examination->paths_count; i++) {
		const struct denet_load_path *path = &examination->paths[i];

		json_object_begin(json, NULL);
		json_string(json, "name", path->name);
		put_answer(json, "works", path->works);
		put_text(json, "reason", path->reason);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_advice(struct json *json, const struct denet_examination *examination)
{
	json_array_begin(json, "losses");
	for (size_t i = 0; i < examination->losses_count; i++)
		json_string(json, NULL, examination->losses[i]);
	json_array_end(json);
	json_array_begin(json, "fixes");
	for (size_t i = 0; i < examination->fixes_count; i++) {
		json_object_begin(json, NULL);
		json_string(json, "text", examination->fixes[i].text);
		put_text(json, "command", examination->fixes[i].command);
		json_object_end(json);
	}
	json_array_end(json);
}

int denet_examination_json(const struct denet_examination *examination, char **ret_text)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	json_init_pretty(&json, &buf);
	json_object_begin(&json, NULL);
	put_verdict(&json, examination);
	put_kernel(&json, examination);
	put_rights(&json, examination);
	put_files(&json, examination);
	put_programs(&json, examination);
	put_advice(&json, examination);
	json_object_end(&json);
	if (buf.error)
		return buf.error;
	*ret_text = TAKE(buf.data);
	return 0;
}
