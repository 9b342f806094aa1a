/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Every key of every record: what it means, where it comes from, where it lies. Part of denet/denet.h. */
#ifndef DENET_METRICS_H
#define DENET_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum denet_metric_type {
	DENET_METRIC_COUNTER, /* only grows */
	DENET_METRIC_GAUGE, /* of one moment, or the largest or mean of such */
	DENET_METRIC_INFO, /* says what the figures belong to */
};

/* What lies at the offset, and when it is not known. */
enum denet_metric_form {
	DENET_FORM_U64, /* uint64_t, DENET_UNKNOWN */
	DENET_FORM_I64, /* int64_t, always known */
	DENET_FORM_U32, /* uint32_t, always known */
	DENET_FORM_FLOAT, /* double, NaN; records have the digits of a float */
	DENET_FORM_DOUBLE, /* double, NaN */
	DENET_FORM_BOOL,
	DENET_FORM_TEXT, /* const char *, NULL */
	DENET_FORM_ARGS, /* struct denet_command, without args */
	DENET_FORM_ACCOUNTING, /* enum denet_accounting */
	DENET_FORM_EXIT_CODE, /* struct denet_end, unless it has exited */
	DENET_FORM_SIGNAL, /* struct denet_end, unless a signal ended it */
	DENET_FORM_OTHER, /* nothing: made when the record is written */
};

/* The records, and the parts of them that have keys of their own; each of one struct. */
enum denet_record {
	DENET_RECORD_ENV, /* no struct */
	DENET_RECORD_METADATA, /* struct denet_start */
	DENET_RECORD_CHILD, /* struct denet_arrival */
	DENET_RECORD_TREE, /* struct denet_tree: what stands around its parts */
	DENET_RECORD_MEMBER, /* struct denet_sample: a tree's parent, and each child's metrics */
	DENET_RECORD_AGGREGATED, /* struct denet_tree: a tree's aggregated */
	DENET_RECORD_SAMPLE, /* struct denet_tree: the root alone */
	DENET_RECORD_PROCESS, /* struct denet_process */
	DENET_RECORD_EXIT, /* struct denet_exit */
	DENET_RECORD_SUMMARY, /* struct denet_summary */
	DENET_RECORD_PROGRAM, /* struct denet_process_program: an entry of a process's programs */
	DENET_RECORD_MACHINE, /* of denet-bpf host, as the next; a struct of its own, not public */
	DENET_RECORD_GROUP,
	DENET_RECORD_COMMAND,
	DENET_RECORD_PROCESSES,
	DENET_RECORD_HEAVY,
	DENET_RECORD_HISTORY,
	DENET_RECORD_DISK,
	DENET_RECORD_INTERFACE,
	DENET_RECORD_FILESYSTEM,
	DENET_RECORD_CONTAINER,
	DENET_RECORD_CLASS,
	DENET_RECORD_CONNECTIONS,
	DENET_RECORD_COUNT
};

/* That a record has the key: as which of its keys, and where in its struct the value lies. */
struct denet_metric_use {
	uint16_t record; /* enum denet_record */
	uint16_t place; /* keys of a record come in the order of these; 0 ends the list */
	uint16_t offset;
};

#define DENET_METRIC_USES 7 /* with the end */

/* Belongs to the library. Later ones have more at the end. */
struct denet_metric {
	const char *key;
	const char *group; /* the object within the record that has the key; else NULL */
	const char *old_key; /* denet's before 0.6; else NULL */
	const char *label; /* for people; NULL for what has no row in a table */
	const char *
		unit; /* "bytes", "kb" of 1024, "ns", "ms", "s", "percent"; "" for counts and texts */
	const char *help; /* one sentence */
	const char *source; /* of the kernel, or in /proc */
	const char *bound; /* how far it may be off; NULL when it is what it says */
	enum denet_metric_type type;
	enum denet_metric_form form;
	bool is_denets; /* denet has the key as well */
	bool is_demanded; /* denet's reader drops a sample without it */
	struct denet_metric_use uses[DENET_METRIC_USES];
};

size_t denet_metric_count(void);

/* NULL from denet_metric_count() on. A key with several meanings has several of them. */
const struct denet_metric *denet_metric_get(size_t index);

/* How much of its key is the name alone, without unit and "_total": as budgets may call it. */
size_t denet_metric_name_len(const struct denet_metric *metric);

/*
 * The keys of a record, in their order; NULL from their count on. *ret_offset, which may be NULL, is
 * where the value lies in the record's struct.
 */
const struct denet_metric *denet_record_metric(enum denet_record record, size_t index,
					       size_t *ret_offset);

/* "tree.aggregated"; NULL for what is none. */
const char *denet_record_name(enum denet_record record);

/* One sentence: when there is such a record. */
const char *denet_record_help(enum denet_record record);

/* All records with their keys, as one indented object without newline; to be freed by denet_free(). */
int denet_metrics_json(char **ret_text);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
