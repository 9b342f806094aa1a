/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/tally.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

void tally_done(struct tally *tally)
{
	free(tally->groups);
	free(tally->index);
	free(tally->view);
	*tally = (struct tally){ 0 };
}

bool tally_is_failure(const struct denet_end *end)
{
	if (!end->known)
		return false;
	return end->signal ? end->signal != SIGPIPE : end->exit_code != 0;
}

static void copy_name(char *ret_name, const char *comm)
{
	memset(ret_name, 0, TALLY_NAME_LEN);
	memcpy(ret_name, comm, strnlen(comm, TALLY_NAME_LEN - 1));
}

static size_t home_of(const struct tally *tally, const char *name)
{
	uint64_t halves[2];

	memcpy(halves, name, sizeof(halves));
	return (size_t)(((halves[0] * 31) ^ halves[1]) * 0x9E3779B97F4A7C15ull >> 32) &
	       (tally->index_room - 1);
}

static uint32_t *find_index(const struct tally *tally, const char *name)
{
	size_t at = home_of(tally, name);

	while (tally->index[at] &&
	       memcmp(tally->groups[tally->index[at] - 1].comm, name, TALLY_NAME_LEN))
		at = (at + 1) & (tally->index_room - 1);
	return &tally->index[at];
}

static int grow(struct tally *tally)
{
	size_t room = tally->groups_room ? tally->groups_room * 2 : 32, i;
	struct tally_group *groups = array_resize(tally->groups, room, sizeof(*groups));
	uint32_t *index;

	if (!groups)
		return -ENOMEM;
	tally->groups = groups;
	index = calloc(room * 2, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(tally->index);
	tally->index = index;
	tally->index_room = room * 2;
	tally->groups_room = room;
	for (i = 0; i < tally->groups_count; i++)
		*find_index(tally, groups[i].comm) = (uint32_t)i + 1;
	return 0;
}

static struct tally_group *enter_group(struct tally *tally, const char *name)
{
	struct tally_group *group;
	uint32_t *index;

	if (tally->groups_count == tally->groups_room && grow(tally))
		return NULL;
	index = find_index(tally, name);
	if (*index)
		return &tally->groups[*index - 1];
	group = &tally->groups[tally->groups_count++];
	*index = (uint32_t)tally->groups_count;
	*group = (struct tally_group){ .peak_rss_kb = DENET_UNKNOWN };
	memcpy(group->comm, name, TALLY_NAME_LEN);
	return group;
}

static void add_failure(struct tally *tally, const char *name, const struct denet_process *process,
			bool is_root)
{
	struct tally_failure *failure;
	size_t i;

	for (i = 0; i < tally->failures_count; i++) {
		failure = &tally->failures[i];
		if (!memcmp(failure->comm, name, TALLY_NAME_LEN) &&
		    failure->end.exit_code == process->end.exit_code &&
		    failure->end.signal == process->end.signal &&
		    failure->oom_killed == process->oom_killed) {
			failure->count++;
			failure->has_root |= is_root;
			return;
		}
	}
	if (i == TALLY_FAILURES_MAX)
		return;
	failure = &tally->failures[tally->failures_count++];
	*failure = (struct tally_failure){
		.end = process->end,
		.oom_killed = process->oom_killed,
		.count = 1,
		.has_root = is_root,
	};
	memcpy(failure->comm, name, TALLY_NAME_LEN);
}

static void note_peak(struct tally *tally, struct tally_group *group, const char *name,
		      const struct denet_process *process)
{
	if (process->peak_rss_kb == DENET_UNKNOWN)
		return;
	if (group->peak_rss_kb == DENET_UNKNOWN || process->peak_rss_kb > group->peak_rss_kb)
		group->peak_rss_kb = process->peak_rss_kb;
	if (process->peak_rss_kb <= tally->peak_rss_kb)
		return;
	tally->peak_rss_kb = process->peak_rss_kb;
	tally->peak_pid = process->pid;
	memcpy(tally->peak_comm, name, TALLY_NAME_LEN);
}

int tally_add(struct tally *tally, const struct denet_process *process, bool is_root)
{
	struct tally_group *group;
	char name[TALLY_NAME_LEN];

	copy_name(name, process->comm);
	group = enter_group(tally, name);
	if (!group)
		return -ENOMEM;
	group->count++;
	if (process->used.cpu_time_ns != DENET_UNKNOWN)
		group->cpu_time_ns += process->used.cpu_time_ns;
	note_peak(tally, group, name, process);
	tally->processes_exact += process->is_exact;
	if (tally_is_failure(&process->end)) {
		group->failed++;
		tally->processes_failed++;
		add_failure(tally, name, process, is_root);
	}
	return 0;
}

static int by_cpu(const void *a, const void *b)
{
	const struct denet_group *x = a, *y = b;

	if (x->cpu_time_ns != y->cpu_time_ns)
		return x->cpu_time_ns < y->cpu_time_ns ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static int by_count(const void *a, const void *b)
{
	const struct denet_failure *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static void view_failures(struct tally *tally, struct denet_summary *summary)
{
	size_t i;

	for (i = 0; i < tally->failures_count; i++)
		tally->failure_view[i] = (struct denet_failure){
			.comm = tally->failures[i].comm,
			.end = tally->failures[i].end,
			.oom_killed = tally->failures[i].oom_killed,
			.count = tally->failures[i].count,
			.has_root = tally->failures[i].has_root,
		};
	qsort(tally->failure_view, tally->failures_count, sizeof(*tally->failure_view), by_count);
	summary->failures = tally->failure_view;
	summary->failures_count = tally->failures_count;
}

int tally_view(struct tally *tally, struct denet_summary *summary)
{
	struct denet_group *view =
		array_resize(tally->view, tally->groups_count + 1, sizeof(*view));
	size_t i;

	if (!view)
		return -ENOMEM;
	tally->view = view;
	for (i = 0; i < tally->groups_count; i++)
		view[i] = (struct denet_group){
			.comm = tally->groups[i].comm,
			.count = tally->groups[i].count,
			.failed = tally->groups[i].failed,
			.cpu_time_ns = tally->groups[i].cpu_time_ns,
			.peak_rss_kb = tally->groups[i].peak_rss_kb,
		};
	qsort(view, tally->groups_count, sizeof(*view), by_cpu);
	summary->groups = view;
	summary->groups_count = tally->groups_count;
	view_failures(tally, summary);
	summary->processes_failed = tally->processes_failed;
	summary->processes_exact = tally->processes_exact;
	summary->peak_process_rss_kb = tally->peak_rss_kb ? tally->peak_rss_kb : DENET_UNKNOWN;
	summary->peak_process_pid = tally->peak_pid;
	summary->peak_process_comm = tally->peak_comm;
	return 0;
}
