/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The figures of a summary, and of its programs, by the names that people call them. */
#ifndef DENET_ANALYSIS_FIGURES_H
#define DENET_ANALYSIS_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

#include "denet/denet.h"

struct figure {
	const char *key; /* the table's; of a program's counts the only name there is */
	size_t short_len; /* of the key without its unit and "_total" */
	const char *unit; /* as in struct denet_metric */
	const char *bound; /* the table's; NULL when it is what it says */
	size_t offset; /* in struct denet_summary, or of a program in struct denet_group */
	enum denet_metric_form form; /* an integer of 64 bits, or one of the two of double */
	enum denet_metric_type type;
	bool is_of_program;
};

/* Those of the summary, or of a program; false from their count on. */
bool figures_get(bool of_program, size_t index, struct figure *ret_figure);

/*
 * By its key, or by the key without its unit or "_total" where that names one alone. -ENOENT, or
 * -ENOTUNIQ.
 */
int figures_find(bool of_program, const char *name, size_t len, struct figure *ret_figure);

#define FIGURES_NAME_BYTES 48

/* The short name that resembles the word most; false when none does. */
bool figures_nearest(bool of_program, const char *word, size_t len,
		     char ret_name[FIGURES_NAME_BYTES]);

#endif
