/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "procfs/rollup.h"
#include "procfs/statm.h"
#include "procfs/status.h"
#include "util/array.h"
#include "util/units.h"

#define UNKNOWN UINT64_MAX
#define AGE_MAX_NS NS_PER_S

/* For whoever shares this process with us, and for what is opened for a moment. */
#define DESCRIPTORS_SPARED 128

static const struct holding nothing_known = {
	.rss_kb = UNKNOWN,
	.vms_kb = UNKNOWN,
	.pss_kb = UNKNOWN,
	.share_kb = UNKNOWN,
	.statm_fd = -1,
};
static const struct holding nothing_held = {
	.pss_kb = UNKNOWN,
	.share_kb = UNKNOWN,
	.statm_fd = -1,
};

void memory_init(struct memory *memory, const struct procfs *procfs, bool wants_pss)
{
	*memory = (struct memory){ .procfs = procfs, .wants_pss = wants_pss };
}

static void close_statm(struct holding *holding)
{
	if (holding->statm_fd >= 0)
		(void)close(holding->statm_fd);
	holding->statm_fd = -1;
}

void memory_done(struct memory *memory)
{
	size_t i;

	for (i = 0; i < memory->holdings_count; i++)
		close_statm(&memory->holdings[i]);
	free(memory->holdings);
	idmap_done(&memory->spaces);
	memory->holdings = NULL;
	memory->holdings_count = 0;
}

void memory_look_for_peaks(struct memory *memory)
{
	memory->wants_peaks = true;
}

void memory_limit(struct memory *memory)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < 2 * DESCRIPTORS_SPARED)
		memory->kept_max = 0;
	else
		memory->kept_max = limit.rlim_cur - DESCRIPTORS_SPARED;
}

void memory_begin(struct memory *memory)
{
	idmap_clear(&memory->spaces);
	memory->kept = 0;
}

static int make_room(struct memory *memory, uint32_t slot)
{
	size_t count = memory->holdings_count ? memory->holdings_count : 16, i;
	struct holding *grown;

	while (count <= slot)
		count *= 2;
	grown = array_resize(memory->holdings, count, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	for (i = memory->holdings_count; i < count; i++)
		grown[i] = (struct holding){ .statm_fd = -1 };
	memory->holdings = grown;
	memory->holdings_count = count;
	return 0;
}

/* NULL when nothing is kept of it. */
static struct holding *find(const struct memory *memory, const struct process *process)
{
	struct holding *holding =
		process->slot < memory->holdings_count ? &memory->holdings[process->slot] : NULL;

	return holding && holding->id == process->id ? holding : NULL;
}

/* NULL without memory. */
static struct holding *enter(struct memory *memory, const struct process *process)
{
	struct holding *holding = find(memory, process);

	if (holding)
		return holding;
	if (process->slot >= memory->holdings_count && make_room(memory, process->slot))
		return NULL;
	holding = &memory->holdings[process->slot];
	*holding = nothing_held;
	holding->id = process->id;
	return holding;
}

/* Where exit is too late to ask for the peak, it is read whenever memory has changed. */
static void note_peak(struct memory *memory, const struct process *process, struct holding *holding,
		      uint64_t rss_before_kb)
{
	uint64_t peak_kb;

	if (holding->rss_kb > holding->peak_seen_kb)
		holding->peak_seen_kb = holding->rss_kb;
	if (holding->rss_kb == rss_before_kb || !memory->wants_peaks)
		return;
	if (!status_read_peak_rss(memory->procfs, (pid_t)process->pid, &peak_kb) &&
	    peak_kb > holding->peak_seen_kb)
		holding->peak_seen_kb = peak_kb;
}

/* Kept open for the next sample as far as the limit on descriptors allows. */
static int open_statm(struct memory *memory, const struct process *process, struct holding *holding)
{
	int fd;

	if (holding->statm_tid != process->mm_tid)
		close_statm(holding);
	holding->statm_tid = process->mm_tid;
	fd = holding->statm_fd >= 0 ? holding->statm_fd
				    : statm_open(memory->procfs, (pid_t)process->mm_tid);
	if (fd < 0)
		return fd;
	if (holding->statm_fd >= 0 || memory->kept < memory->kept_max) {
		holding->statm_fd = fd;
		memory->kept++;
	}
	return fd;
}

/*
 * What did not run did not touch memory. Others may have changed it all the same, as reclaim does,
 * so it is read once a second: of two thousand sleepers that is the larger part of a sample.
 */
static bool is_known(const struct memory *memory, const struct process *process,
		     const struct holding *holding, uint64_t now_ns)
{
	return process->mm && holding->read_ns && now_ns - holding->read_ns < AGE_MAX_NS &&
	       holding->cpu_time_ns == process->used.cpu_time_ns && !process->is_running &&
	       !memory->wants_pss;
}

static int read_statm(struct memory *memory, const struct process *process, struct holding *holding)
{
	int fd = open_statm(memory, process, holding), r;

	if (fd < 0)
		return fd;
	r = statm_read(fd, &holding->rss_kb, &holding->vms_kb);
	if (fd != holding->statm_fd)
		(void)close(fd);
	return r;
}

void memory_read_share(struct memory *memory, const struct process *process)
{
	struct holding *holding = find(memory, process);
	uint64_t pss_kb;

	if (!holding)
		return;
	if (rollup_read_pss(memory->procfs, (pid_t)process->mm_tid, &pss_kb))
		pss_kb = UNKNOWN;
	holding->pss_kb = holding->share_kb = pss_kb;
	holding->share_cpu_ns = process->used.cpu_time_ns;
}

bool memory_keep_share(struct memory *memory, const struct process *process)
{
	struct holding *holding = find(memory, process);

	if (!holding || holding->share_kb == UNKNOWN || process->is_running ||
	    holding->share_cpu_ns != process->used.cpu_time_ns)
		return false;
	holding->pss_kb = holding->share_kb;
	return true;
}

/* A process without an address space holds nothing; of one that cannot be read nothing is known. */
static void read_anew(struct memory *memory, const struct process *process, struct holding *holding)
{
	uint64_t rss_before_kb = holding->rss_kb;
	int r;

	holding->rss_kb = 0;
	holding->vms_kb = 0;
	if (!process->mm)
		return;
	r = read_statm(memory, process, holding);
	if (r && r != -ESRCH) {
		holding->rss_kb = UNKNOWN;
		holding->vms_kb = UNKNOWN;
		return;
	}
	note_peak(memory, process, holding, rss_before_kb);
	if (memory->wants_pss)
		memory_read_share(memory, process);
}

const struct holding *memory_read(struct memory *memory, const struct process *process,
				  uint64_t now_ns)
{
	struct holding *holding = enter(memory, process);

	if (!holding)
		return &nothing_known;
	holding->pss_kb = UNKNOWN;
	if (is_known(memory, process, holding, now_ns)) {
		memory->kept += holding->statm_fd >= 0;
		return holding;
	}
	holding->read_ns = now_ns;
	holding->cpu_time_ns = process->used.cpu_time_ns;
	read_anew(memory, process, holding);
	return holding;
}

const struct holding *memory_last(const struct memory *memory, const struct process *process)
{
	const struct holding *holding = find(memory, process);

	return holding ? holding : &nothing_held;
}

static bool is_larger(const struct holding *holding, const struct holding *other)
{
	if (holding->rss_kb == UNKNOWN || other->rss_kb == UNKNOWN)
		return other->rss_kb == UNKNOWN && holding->rss_kb != UNKNOWN;
	return holding->rss_kb > other->rss_kb;
}

bool memory_counts_for_space(struct memory *memory, struct process *process,
			     const struct holding **ret_instead)
{
	const struct process *counted;

	*ret_instead = NULL;
	if (!process->mm)
		return false;
	counted = idmap_get(&memory->spaces, process->mm);
	if (counted) {
		*ret_instead = memory_last(memory, counted);
		if (!is_larger(memory_last(memory, process), *ret_instead))
			return false;
	}
	(void)idmap_put(&memory->spaces, process->mm, process);
	return true;
}

size_t memory_spaces(const struct memory *memory)
{
	return memory->spaces.count;
}

bool memory_is_counted(const struct memory *memory, const struct process *process)
{
	return process->mm && idmap_get(&memory->spaces, process->mm) == process;
}

uint64_t memory_peak_seen_kb(const struct memory *memory, const struct process *process)
{
	const struct holding *holding = find(memory, process);

	return holding ? holding->peak_seen_kb : 0;
}

void memory_begin_program(struct memory *memory, const struct process *process)
{
	struct holding *holding = find(memory, process);

	if (!holding)
		return;
	holding->peak_seen_kb = 0;
	holding->share_kb = UNKNOWN;
	holding->read_ns = 0;
}

void memory_forget(struct memory *memory, const struct process *process)
{
	struct holding *holding = find(memory, process);

	if (!holding)
		return;
	close_statm(holding);
	holding->id = 0;
}
