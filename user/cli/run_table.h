/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The runs of many files, in an order, and put together by what they have in common. */
#ifndef DENET_CLI_RUN_TABLE_H
#define DENET_CLI_RUN_TABLE_H

#include <stddef.h>

#include "output/runs_row.h"
#include "util/names.h"

struct run_table {
	struct runs_row *rows; /* owned; their texts but for the file are among the names */
	size_t count;
	size_t room;
	struct names names;
};

/* In the order of the choices of --sort. */
enum run_key {
	RUN_KEY_CPU,
	RUN_KEY_WALL,
	RUN_KEY_PEAK,
	RUN_KEY_RUNS, /* of groups alone */
	RUN_KEY_START,
	RUN_KEY_STATUS,
	RUN_KEY_TEXT, /* the first of the texts of a row */
	RUN_KEY_NONE = RUN_KEY_TEXT + RUNS_TEXTS, /* as they came */
};

/* Runs of one text, one behind the other. */
struct run_group {
	size_t first; /* of the rows */
	size_t count;
};

/* A zeroed struct is empty. */
void run_table_done(struct run_table *table);
static inline void run_table_freep(struct run_table *table)
{
	run_table_done(table);
}

/* Reads a file to its end and keeps a row, which *ret_stats tells more about. Borrows path. */
int run_table_read(struct run_table *table, const char *path, struct denet_stats **ret_stats,
		   struct denet_error *error);

/* What is not known comes last, and what is equal stays in order. */
int run_table_sort(struct run_table *table, enum run_key key);

/* Sorts the rows by the text, and the groups by the key, of which they have the median. */
int run_table_group(struct run_table *table, enum runs_text text, enum run_key key,
		    struct run_group **ret_groups, size_t *ret_count);

/* room is for as many values as the table has rows. */
void run_table_describe(const struct run_table *table, const struct run_group *group,
			enum runs_text text, double room[], struct runs_group *ret_group);

#endif
