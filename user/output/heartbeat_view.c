/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/heartbeat_view.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "output/human.h"
#include "output/text.h"

#define NS_PER_MS 1000000u
#define MS_PER_S 1000u

static void append_clock(struct buf *buf, uint64_t ts_ms)
{
	time_t now = (time_t)(ts_ms / MS_PER_S);
	char text[sizeof("00:00:00")];
	struct tm local;

	if (localtime_r(&now, &local) && strftime(text, sizeof(text), "%H:%M:%S", &local))
		buf_printf(buf, "%s ", text);
}

static double cpu_of(const struct denet_child *child)
{
	return isnan(child->sample.cpu_usage) ? 0 : child->sample.cpu_usage;
}

static void append_heaviest(struct buf *buf, const struct denet_tree *tree)
{
	const struct denet_child *heaviest = NULL;

	for (size_t i = 0; i < tree->children_count; i++)
		if (!heaviest || cpu_of(&tree->children[i]) > cpu_of(heaviest))
			heaviest = &tree->children[i];
	if (heaviest && cpu_of(heaviest) > 0)
		buf_printf(buf, ", most of it %s[%" PRIu32 "] %.0f%%",
			   text_name(false, heaviest->comm).text, heaviest->pid, cpu_of(heaviest));
}

void heartbeat_view_append(struct buf *buf, const struct denet_tree *tree, bool root_alone,
			   uint64_t elapsed_ms)
{
	const struct denet_sample *sample = root_alone ? &tree->parent : &tree->aggregated;

	append_clock(buf, tree->ts_ms);
	buf_printf(buf, "running for %s", human_duration(elapsed_ms * NS_PER_MS).text);
	if (!root_alone && tree->process_count != DENET_UNKNOWN)
		buf_printf(buf, ": %s %s", human_count(tree->process_count).text,
			   tree->process_count == 1 ? "process" : "processes");
	if (sample->mem_rss_kb != DENET_UNKNOWN)
		buf_printf(buf, ", memory %s", human_kib(sample->mem_rss_kb).text);
	if (sample->used.cpu_time_ns != DENET_UNKNOWN)
		buf_printf(buf, ", cpu %s", human_duration(sample->used.cpu_time_ns).text);
	if (!isnan(sample->cpu_usage))
		buf_printf(buf, ", now %.0f%%", sample->cpu_usage);
	if (!root_alone)
		append_heaviest(buf, tree);
}
