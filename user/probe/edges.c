/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The object that logs births and deaths while the tree is looked for. */
#include "probe/probe_internal.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "edges.skel.h"
#include "edges.lskel.h"

OBJECT_CALLS(edges)

#define PROGRAM(name_, hook_)                                                         \
	{                                                                             \
		.name = #name_, .hook = "tp_btf/" hook_, .attach = OBJECT_TRACEPOINT, \
		.light_fd = OBJECT_LIGHT_FD(edges_lskel, name_)                       \
	}

static const struct object_program programs[] = {
	PROGRAM(on_stranger_birth, "sched_wakeup_new"),
	PROGRAM(on_stranger_death, "sched_process_exit"),
};

const struct object_kind edges_kind = {
	.name = "edges",
	.programs = programs,
	.programs_count = sizeof(programs) / sizeof(programs[0]),
	.is_for_attach = true,
	OBJECT_USE_CALLS(edges),
};

#define PREPARE(skel, probe)                                       \
	do {                                                       \
		(skel)->rodata->cfg_task = (probe)->task_knobs;    \
		(skel)->bss->pid_view = *(probe)->shared.pid_view; \
	} while (0)

/* By the way that the tree's own object went. */
static int load_edges(struct probe *probe)
{
	const struct probe_options options = { 0 };
	struct object *object = &probe->edges.object;
	struct edges_lskel *light;
	struct edges_skel *whole;
	int r = object_open(object, &edges_kind, probe->tree.light);

	if (r)
		return r;
	light = object->light;
	whole = object->whole;
	if (light)
		PREPARE(light, probe);
	else
		PREPARE(whole, probe);
	r = object_load(object, &options);
	if (r)
		return r;
	probe->edges.ring_fd = light ? light->maps.edges.map_fd : bpf_map__fd(whole->maps.edges);
	probe->edges.dropped = light ? &light->bss->dropped_edges : &whole->bss->dropped_edges;
	return 0;
}

int probe_prepare_edges(struct probe *probe)
{
	int r;

	/* That of an earlier use, detached. */
	if (probe->edges.is_loaded)
		return 0;
	r = load_edges(probe);
	if (r)
		object_close(&probe->edges.object);
	probe->edges.is_loaded = !r;
	return r;
}

void probe_rest_edges(struct probe *probe)
{
	if (!probe->is_reusable)
		probe_close_edges(probe);
	else if (probe->edges.is_loaded)
		object_detach(&probe->edges.object);
}

void probe_close_edges(struct probe *probe)
{
	object_close(&probe->edges.object);
	probe->edges.is_loaded = false;
}
