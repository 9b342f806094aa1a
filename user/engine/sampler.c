/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/sampler.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "metrics/publish.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/units.h"

void sampler_init(struct sampler *sampler)
{
	*sampler = (struct sampler){ .tick_ns = clock_tick_ns() };
}

void sampler_done(struct sampler *sampler)
{
	free(sampler->paces);
	free(sampler->children);
	free(sampler->candidates);
	*sampler = (struct sampler){ .tick_ns = sampler->tick_ns };
}

static int reserve_paces(struct sampler *sampler, size_t wanted)
{
	size_t count = sampler->paces_count ? sampler->paces_count : 16, i;
	struct pace *grown;

	if (wanted <= sampler->paces_count)
		return 0;
	while (count < wanted)
		count *= 2;
	grown = array_resize(sampler->paces, count, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	for (i = sampler->paces_count; i < count; i++)
		grown[i] = (struct pace){ 0 };
	sampler->paces = grown;
	sampler->paces_count = count;
	return 0;
}

static int reserve_children(struct sampler *sampler, size_t wanted)
{
	size_t room = sampler->room ? sampler->room : 64;
	void *grown;

	while (room < wanted)
		room *= 2;
	if (room == sampler->room)
		return 0;
	grown = array_resize(sampler->children, room, sizeof(*sampler->children));
	if (!grown)
		return -ENOMEM;
	sampler->children = grown;
	grown = array_resize(sampler->candidates, room, sizeof(*sampler->candidates));
	if (!grown)
		return -ENOMEM;
	sampler->candidates = grown;
	sampler->room = room;
	return 0;
}

int sampler_begin(struct sampler *sampler, const struct tree *tree)
{
	int r = reserve_paces(sampler, tree->slots_count);

	sampler->count = 0;
	return r ? r : reserve_children(sampler, tree->count);
}

void sampler_end(struct sampler *sampler, uint64_t now_ns)
{
	sampler->last_mono_ns = now_ns;
}

void sampler_begin_rates(struct sampler *sampler, uint64_t now_ns)
{
	sampler->last_mono_ns = now_ns;
}

static struct pace *find(const struct sampler *sampler, const struct process *process)
{
	return process->slot < sampler->paces_count ? &sampler->paces[process->slot] : NULL;
}

int sampler_begin_rate(struct sampler *sampler, const struct process *process, uint64_t now_ns)
{
	if (reserve_paces(sampler, (size_t)process->slot + 1))
		return -ENOMEM;
	sampler->paces[process->slot] = (struct pace){
		.id = process->id,
		.rate = { .cpu_time_ns = process->used.cpu_time_ns + process->slice_ns,
			  .mono_ns = now_ns },
	};
	return 0;
}

void sampler_add_candidate(struct sampler *sampler, const struct process *process,
			   const struct holding *holding)
{
	sampler->candidates[sampler->count] = (struct select_item){
		.cpu_time_ns = process->used.cpu_time_ns,
		.rss_kb = holding->rss_kb,
		.id = process->id,
		.order = sampler->count,
		.what = process,
	};
	sampler->count++;
}

static double pace_of(struct sampler *sampler, const struct process *process, uint64_t now_ns)
{
	struct pace *pace = find(sampler, process);

	if (!pace)
		return 0;
	if (pace->id != process->id)
		*pace = (struct pace){
			.id = process->id,
			.rate = { .mono_ns = sampler->last_mono_ns },
		};
	return rate_update(&pace->rate, process->used.cpu_time_ns + process->slice_ns, now_ns);
}

struct rate sampler_rate_of(const struct sampler *sampler, const struct process *process)
{
	const struct pace *pace = find(sampler, process);

	return pace && pace->id == process->id ? pace->rate : (struct rate){ 0 };
}

void sampler_fill_times(uint64_t start_boot_ns, struct denet_sample *sample)
{
	uint64_t now = clock_boot_ns();

	sample->uptime_secs = now > start_boot_ns ? (now - start_boot_ns) / NS_PER_S : 0;
	sample->sys_net_rx_bytes = DENET_UNKNOWN;
	sample->sys_net_tx_bytes = DENET_UNKNOWN;
	sample->psi_some_avg10 = NAN;
	sample->psi_full_avg10 = NAN;
}

void sampler_fill(struct sampler *sampler, const struct process *process,
		  const struct holding *holding, uint64_t ts_ms, uint64_t now_ns,
		  struct denet_sample *ret_sample)
{
	*ret_sample = (struct denet_sample){
		.ts_ms = ts_ms,
		.cpu_usage = pace_of(sampler, process, now_ns),
		.mem_rss_kb = holding->rss_kb,
		.mem_vms_kb = holding->vms_kb,
		.pss_kb = holding->pss_kb,
		.thread_count = process->threads,
		.cpu_core = process->is_leader_alive ? process->cpu : DENET_UNKNOWN,
	};
	publish_counters(&process->used, process->unknown, sampler->tick_ns, &ret_sample->used);
	sampler_fill_times(process->start_boot_ns, ret_sample);
}

void sampler_fill_children(struct sampler *sampler, const struct memory *memory,
			   size_t children_max, uint64_t now_ns, struct denet_tree *tree)
{
	size_t shown = sampler->count < children_max ? sampler->count : children_max, i;

	select_largest(sampler->candidates, sampler->count, shown);
	for (i = 0; i < shown; i++) {
		const struct process *process = sampler->candidates[i].what;
		struct denet_child *child = &sampler->children[i];

		child->pid = process->pid;
		child->comm = process->comm;
		sampler_fill(sampler, process, memory_last(memory, process), tree->ts_ms, now_ns,
			     &child->sample);
	}
	tree->children = sampler->children;
	tree->children_count = shown;
	tree->children_omitted = sampler->count - shown;
}
