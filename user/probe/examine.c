/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/examine.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/messages.h"
#include "probe/probe_internal.h"
#include "util/buf.h"
#include "util/cleanup.h"

static const struct source_limits no_limits = { .memory_kb = UINT64_MAX };

static void note(struct probe_reason *reason, int r, const struct buf *log)
{
	reason->error = r;
	probe_reason_take(reason, buf_text(log));
}

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

/* Files of the groups around a container are not seen inside. */
static struct source_limits own_limits(struct probe *probe)
{
	struct source_limits limits;

	if (probe_limits(&probe->source, getpid(), &limits))
		return no_limits;
	return limits;
}

/* Loads as a run does, and samples once: iterators are opened with rights of their own. */
static int try_load(const struct probe_options *options, const char **ret_path,
		    struct source_limits *ret_limits, struct probe_reason *ret_reason)
{
	AUTO(buf) struct buf log = { 0 };
	AUTO(probe) struct probe *probe = calloc(1, sizeof(*probe));
	int r = -ENOMEM;

	messages_into(&log);
	if (probe)
		r = probe_load(probe, options);
	if (!r)
		r = probe_iterate(probe, TREE_SAMPLE_TASKS, ignore_task, NULL);
	if (r) {
		note(ret_reason, r, &log);
	} else {
		*ret_path = probe->load_path;
		*ret_limits = own_limits(probe);
	}
	messages_into(NULL);
	return r;
}

/* On an old kernel what is asked for may not be safe, and another path comes in its place. */
static void try_path(struct probe_path_finding *path, const char *name,
		     const struct probe_options *options)
{
	const char *load_path = NULL;
	struct source_limits limits;

	path->name = name;
	if (try_load(options, &load_path, &limits, &path->reason))
		path->works = PROBE_NO;
	else if (!strcmp(load_path, name))
		path->works = PROBE_YES;
}

static void try_paths(struct probe_findings *findings)
{
	static const struct {
		const char *name;
		struct probe_options options;
	} paths[PROBE_PATHS] = {
		{ "light", { .no_libbpf = true } },
		{ "light, hash", { .no_libbpf = true, .no_storage = true } },
		{ "libbpf, hash", { .no_light = true } },
	};
	const struct probe_reason *last = &findings->paths[PROBE_PATHS - 1].reason;

	for (size_t i = 0; i < PROBE_PATHS; i++)
		try_path(&findings->paths[i], paths[i].name, &paths[i].options);
	/* The light skeleton knows no more than a number; libbpf has words for the same. */
	if (findings->reason.error && !findings->reason.text[0])
		memcpy(findings->reason.text, last->text, sizeof(last->text));
}

static int load_and_attach(struct object *object, struct probe_program_finding *finding)
{
	/* Whichever was kept is wanted. */
	const struct probe_options options = { .by_group = true };
	int r = object_load(object, &options);

	finding->is_loaded = r ? PROBE_NO : PROBE_YES;
	if (r)
		return r;
	r = object_attach(object);
	finding->is_attached = r ? PROBE_NO : PROBE_YES;
	return r;
}

/* Alone, so that one that is refused hides nothing of the others. */
static void try_program(const struct object_kind *kind, size_t i,
			struct probe_program_finding *finding)
{
	AUTO(buf) struct buf log = { 0 };
	AUTO(object) struct object object = { 0 };
	int r;

	messages_into(&log);
	r = object_open(&object, kind, false);
	if (!r) {
		object_keep_only(&object, i);
		r = load_and_attach(&object, finding);
	}
	if (r)
		note(&finding->reason, r, &log);
	messages_into(NULL);
}

static void try_programs(struct probe_findings *findings, const struct object_kind *kind)
{
	/* A run that works has shown it already. */
	bool is_shown = findings->load_path && !kind->is_for_attach && !kind->is_optional;

	for (size_t i = 0; i < kind->programs_count; i++) {
		const struct object_program *program = &kind->programs[i];
		struct probe_program_finding *finding;

		if (findings->programs_count == PROBE_PROGRAMS_MAX)
			return;
		finding = &findings->programs[findings->programs_count++];
		*finding = (struct probe_program_finding){
			.name = program->name,
			.hook = program->hook,
			.is_for_attach = kind->is_for_attach,
			.is_optional = kind->is_optional || program->is_optional || program->wish,
		};
		if (is_shown && !program->is_optional && !program->wish)
			finding->is_loaded = finding->is_attached = PROBE_YES;
		else
			try_program(kind, i, finding);
	}
}

static enum probe_answer has_hook(const struct btf *btf, const char *hook)
{
	char name[80];
	__u32 kind = BTF_KIND_FUNC;

	if (!strncmp(hook, "tp_btf/", strlen("tp_btf/"))) {
		(void)snprintf(name, sizeof(name), "btf_trace_%s", hook + strlen("tp_btf/"));
		kind = BTF_KIND_TYPEDEF;
	} else if (!strncmp(hook, "iter/", strlen("iter/"))) {
		(void)snprintf(name, sizeof(name), "bpf_iter_%s", hook + strlen("iter/"));
	} else {
		return PROBE_UNKNOWN;
	}
	return btf__find_by_name_kind(btf, name, kind) > 0 ? PROBE_YES : PROBE_NO;
}

static enum probe_answer has_map_type(const struct btf *btf, const char *name)
{
	__s32 id = btf__find_by_name_kind(btf, "bpf_map_type", BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;
	const struct btf_enum *values = type ? btf_enum(type) : NULL;

	if (!values)
		return PROBE_UNKNOWN;
	for (__u16 i = 0; i < btf_vlen(type); i++) {
		const char *value = btf__name_by_offset(btf, values[i].name_off);

		if (value && !strcmp(value, name))
			return PROBE_YES;
	}
	return PROBE_NO;
}

/* Needs no rights: tells whether the kernel would do, whoever asks. */
static void look_into_btf(struct probe_findings *findings)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (!btf)
		return;
	findings->has_task_storage = has_map_type(btf, "BPF_MAP_TYPE_TASK_STORAGE");
	findings->has_ring_buffer = has_map_type(btf, "BPF_MAP_TYPE_RINGBUF");
	for (size_t i = 0; i < findings->programs_count; i++)
		findings->programs[i].is_offered = has_hook(btf, findings->programs[i].hook);
	btf__free(btf);
}

void probe_examine(struct probe_findings *ret_findings)
{
	static const struct object_kind *const kinds[] = { &load_kind, &edges_kind, &members_kind,
							   &net_kind };
	const struct probe_options options = { 0 };
	struct source_limits limits = no_limits;

	*ret_findings = (struct probe_findings){ 0 };
	messages_begin();
	(void)try_load(&options, &ret_findings->load_path, &limits, &ret_findings->reason);
	ret_findings->cpu_limit_cores = source_least_cores(&limits);
	ret_findings->memory_limit_kb = limits.memory_kb;
	try_paths(ret_findings);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		try_programs(ret_findings, kinds[i]);
	look_into_btf(ret_findings);
	messages_end();
}
