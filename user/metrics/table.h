/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The table of metrics as those see it that write and read records: see denet/metrics.h. */
#ifndef DENET_METRICS_TABLE_H
#define DENET_METRICS_TABLE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "kernel/task.h"

#define METRIC_DENETS 1u
#define METRIC_DEMANDED (2u | METRIC_DENETS)
#define METRIC_OMIT_ZERO 4u /* 0 and false go without saying */
#define METRIC_NULL_FOR_DENET 8u /* denet writes null when it is not known */
#define METRIC_EMPTY_FOR_DENET 16u /* and here nothing between quotes or brackets */
#define METRIC_IF_ENDED 32u /* of a process, once it has */
#define METRIC_OF_LIVING 128u /* what has ended has none: the last known stands in for it */
#define METRIC_IF_OOM_KNOWN 256u /* of a process, unless oom_unknown */
#define METRIC_UNMEASURED 64u /* of a summary, known without accounting, too */

/* How denet makes a figure of a summary from the samples of a file. */
enum metric_rollup { ROLLUP_NONE, ROLLUP_LAST, ROLLUP_MAX, ROLLUP_MEAN };

struct metric {
	struct denet_metric shown;
	unsigned int flags;
	const char *said_of[2]; /* the figure that it says something of, where a record has that */
	enum metric_rollup rollup;
	size_t rolled_offset; /* in struct denet_tree: the sample's figure */
	size_t kernel_offset; /* in struct task_counters, with kernel_unknown */
	uint32_t kernel_unknown; /* COUNTER_ that says that it is not known; 0: not the kernel's */
	size_t counters_offset; /* in struct denet_counters */
};

/* One key of a record. */
struct metric_use {
	const struct metric *metric;
	const char *key; /* this and those below are the metric's, near at hand */
	const char *quoted; /* ,"KEY": as in JSON */
	size_t quoted_len;
	const char *group;
	size_t offset;
	enum denet_metric_form form;
	unsigned int flags;
	const struct metric_use *said_of; /* without that figure it says nothing; NULL for none */
};

struct metric_list {
	const struct metric_use *uses;
	size_t count;
};

/* All keys of a record, in their order. */
struct metric_list metric_list(enum denet_record record);

/* By its name: equal literals need not be one. Of a metric without a group nobody is in the same. */
bool metric_is_in_group(const struct metric_use *use, const char *group);

/* The use of a key, or of its old name, in a record; NULL when it has none. group may be NULL. */
const struct metric_use *metric_find(enum denet_record record, const char *group, const char *key,
				     size_t key_len);

/* Those with kernel_unknown, and those with rollup; offsets are 0, but in the summary's struct. */
struct metric_list metric_list_of_kernel(void);
struct metric_list metric_list_of_rollups(void);

/* That a row's bound says: with accounting proc a lower one. */
bool metric_is_bounded_by_proc(const char *bound);

/* The parts of the table. */
extern const struct metric metric_figures[];
extern const size_t metric_figures_count;
extern const struct metric metric_facts[];
extern const size_t metric_facts_count;
extern const struct metric metric_hosts[];
extern const size_t metric_hosts_count;

#endif
