/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What walks over all processes tell: groups of them by the rules of the configuration, and who uses much. */
#ifndef DENET_AGENT_SURVEY_H
#define DENET_AGENT_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/cgroups.h"
#include "host/families.h"
#include "host/heavy.h"
#include "host/rules.h"
#include "host/tasks.h"
#include "host/users.h"
#include "hostprobe/hostprobe.h"

struct agent_options;
struct helper;
struct procfs;

struct survey {
	const struct procfs *procfs; /* borrowed, as the options */
	const struct agent_options *options;
	struct rules rules;
	struct families families; /* none without rules */
	struct heavy heavy;
	struct users users;
	struct tasks tasks; /* of the last walk */
	const struct task **by_name; /* owned: those with a path, by user and name */
	size_t named;
	uint64_t walked_mono_ns; /* 0: never */
};

struct survey_look {
	const struct cgroups *groups;
	const struct hostprobe_row *rows;
	size_t count;
	const struct hostprobe_ending *endings;
	size_t endings_count;
	bool has_rows; /* without BPF the living alone are known */
	uint64_t mono_ns;
	uint64_t ts_ms;
};

/* helper may be NULL: it reads what takes rights that we have given up. -ENOMEM. */
int survey_open(struct survey *survey, const struct procfs *procfs, struct helper *helper,
		const struct agent_options *options);
void survey_close(struct survey *survey);

/* -ENOMEM, or why /proc cannot be walked over. */
int survey_take(struct survey *survey, const struct survey_look *look);

#endif
