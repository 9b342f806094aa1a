/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_DOCTOR_INTERNAL_H
#define DENET_DOCTOR_INTERNAL_H

#include "denet/denet.h"

struct procfs;
struct probe_findings;

#define EXAMINE_CAPABILITIES 6
#define EXAMINE_PROGRAMS_MAX 16
#define EXAMINE_PATHS_MAX 4
#define EXAMINE_LOSSES_MAX 12
#define EXAMINE_FIXES_MAX 12
#define EXAMINE_TEXTS_MAX 96

/* What is handed out, and all that it points to. */
struct examination {
	struct denet_examination shown; /* first: its address is that of the whole */
	struct denet_program programs[EXAMINE_PROGRAMS_MAX];
	struct denet_load_path paths[EXAMINE_PATHS_MAX];
	struct denet_capability capabilities[EXAMINE_CAPABILITIES];
	const char *losses[EXAMINE_LOSSES_MAX];
	struct denet_fix fixes[EXAMINE_FIXES_MAX];
	char *texts[EXAMINE_TEXTS_MAX]; /* owned */
	size_t texts_count;
	int error; /* 0 or -ENOMEM */
};

/* With nothing known yet. */
int examination_new(struct examination **ret_examination);
void examination_free(struct examination *examination);
static inline void examination_freep(struct examination **examination)
{
	examination_free(*examination);
}

/* A text of the examination's own; NULL, and error set, without memory. */
const char *examination_text(struct examination *examination, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* machine.c: what files and system calls say without trying anything. */
void machine_examine(struct examination *examination, const struct procfs *procfs);

/* advice.c: what is lost, and what would help; from all other fields. */
void advice_give(struct examination *examination, const char *program);

#endif
