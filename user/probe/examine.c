/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/examine.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe_internal.h"

#include "denet.skel.h"
#include "edges.skel.h"
#include "util/buf.h"
#include "util/cleanup.h"

/* A verifier's log may be megabytes; its verdict stands at the end of the first part or nowhere. */
#define LOG_MAX (1 << 20)

static _Thread_local struct buf *log_of_thread; /* libbpf's callback has no context */

__attribute__((format(printf, 2, 0))) static int print_to_log(enum libbpf_print_level level,
							      const char *format, va_list args)
{
	if (level == LIBBPF_WARN && log_of_thread && log_of_thread->len < LOG_MAX)
		buf_vprintf(log_of_thread, format, args);
	return 0;
}

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

/* Loads as a run does, and samples once: iterators are opened with rights of their own. */
static int try_load(const struct probe_options *options, const char **ret_path,
		    struct probe_reason *ret_reason)
{
	AUTO(buf) struct buf log = { 0 };
	AUTO(probe) struct probe *probe = calloc(1, sizeof(*probe));
	int r = -ENOMEM;

	log_of_thread = &log;
	if (probe)
		r = probe_load(probe, options);
	if (!r)
		r = probe_iterate(probe, probe->sample_link_fd, ignore_task, NULL);
	if (r)
		note(ret_reason, r, &log);
	else
		*ret_path = probe->load_path;
	log_of_thread = NULL;
	return r;
}

/* On an old kernel what is asked for may not be safe, and another path comes in its place. */
static void try_path(struct probe_path_finding *path, const char *name,
		     const struct probe_options *options)
{
	const char *load_path = NULL;

	path->name = name;
	if (try_load(options, &load_path, &path->reason))
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

/* With membership in the hash, which needs least of the kernel. */
static void use_hash(struct bpf_object *object)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, "member_by_task");

	if (!map)
		return;
	(void)bpf_map__set_autocreate(map, false);
	map = NULL;
	while ((map = bpf_object__next_map(object, map))) {
		const char *name = bpf_map__name(map);
		size_t size = 0;
		const struct denet_skel__rodata *values = bpf_map__initial_value(map, &size);
		struct denet_skel__rodata changed;

		if (!name || !strstr(name, ".rodata") || !values || size != sizeof(changed))
			continue;
		memcpy(&changed, values, sizeof(changed));
		changed.cfg.use_storage = false;
		(void)bpf_map__set_initial_value(map, &changed, sizeof(changed));
	}
}

struct image {
	const void *elf;
	size_t size;
	bool is_for_attach;
};

static struct bpf_object *open_image(const struct image *image)
{
	const struct bpf_object_open_opts options = {
		.sz = sizeof(options),
		.object_name = "denet",
	};
	struct bpf_object *object = bpf_object__open_mem(image->elf, image->size, &options);

	if (object)
		use_hash(object);
	return object;
}

static int load_and_attach(struct bpf_object *object, struct bpf_program *program,
			   struct probe_program_finding *finding)
{
	struct bpf_link *link;
	int r = bpf_object__load(object);

	finding->is_loaded = r ? PROBE_NO : PROBE_YES;
	if (r)
		return r;
	link = bpf_program__attach(program);
	finding->is_attached = link ? PROBE_YES : PROBE_NO;
	if (!link)
		return -errno;
	(void)bpf_link__destroy(link);
	return 0;
}

/* Alone, so that one that is refused hides nothing of the others. */
static void try_program(const struct image *image, struct probe_program_finding *finding)
{
	AUTO(buf) struct buf log = { 0 };
	struct bpf_program *program = NULL, *chosen = NULL;
	struct bpf_object *object;
	int r = -ENOENT;

	log_of_thread = &log;
	object = open_image(image);
	while (object && (program = bpf_object__next_program(object, program))) {
		bool is_chosen = !strcmp(bpf_program__name(program), finding->name);

		(void)bpf_program__set_autoload(program, is_chosen);
		if (is_chosen)
			chosen = program;
	}
	if (chosen)
		r = load_and_attach(object, chosen, finding);
	if (r)
		note(&finding->reason, r, &log);
	bpf_object__close(object);
	log_of_thread = NULL;
}

static void list_programs(const struct image *image, struct probe_findings *findings)
{
	struct bpf_object *object = open_image(image);
	struct bpf_program *program = NULL;

	while (object && (program = bpf_object__next_program(object, program))) {
		struct probe_program_finding *finding;

		if (findings->programs_count == PROBE_PROGRAMS_MAX)
			break;
		finding = &findings->programs[findings->programs_count++];
		finding->is_for_attach = image->is_for_attach;
		(void)snprintf(finding->name, sizeof(finding->name), "%s",
			       bpf_program__name(program));
		(void)snprintf(finding->hook, sizeof(finding->hook), "%s",
			       bpf_program__section_name(program));
	}
	bpf_object__close(object);
}

static void try_programs(struct probe_findings *findings, const struct image *image)
{
	size_t first = findings->programs_count;

	list_programs(image, findings);
	for (size_t i = first; i < findings->programs_count; i++) {
		struct probe_program_finding *finding = &findings->programs[i];

		/* A run that works has shown it already. */
		if (findings->load_path && !image->is_for_attach)
			finding->is_loaded = finding->is_attached = PROBE_YES;
		else
			try_program(image, finding);
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
	const struct probe_options options = { 0 };
	struct image tree = { .is_for_attach = false };
	struct image edges = { .is_for_attach = true };
	libbpf_print_fn_t print = libbpf_set_print(print_to_log);

	*ret_findings = (struct probe_findings){ 0 };
	tree.elf = denet_skel__elf_bytes(&tree.size);
	edges.elf = edges_skel__elf_bytes(&edges.size);
	(void)try_load(&options, &ret_findings->load_path, &ret_findings->reason);
	try_paths(ret_findings);
	try_programs(ret_findings, &tree);
	try_programs(ret_findings, &edges);
	look_into_btf(ret_findings);
	(void)libbpf_set_print(print);
}
