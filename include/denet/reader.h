/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Recorded files, ours and denet's of any version. Part of denet/denet.h. */
#ifndef DENET_READER_H
#define DENET_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_error;
struct denet_observer;
struct denet_reader;
struct denet_summary;

/* JSON Lines, or one JSON array, both also packed by gzip. error may be NULL. */
int denet_reader_open(const char *path, struct denet_reader **ret_reader,
		      struct denet_error *error);

/*
 * 1 and the text of the next record, whatever its kind: one JSON object, valid until the next call,
 * with no NUL at its end. 0 at the end. -EBADMSG for what is not a record: it is counted, and the
 * next call goes on behind it. Any other error lasts: -EPROTONOSUPPORT for records of another schema
 * than this library's, of which nothing is read by the calls below either.
 */
int denet_reader_next(struct denet_reader *reader, const char **ret_text, size_t *ret_len);

/* What the last error was, with the file's name and line; empty when there was none. */
const char *denet_reader_error(const struct denet_reader *reader);

/* How many were no records. */
uint64_t denet_reader_skipped(const struct denet_reader *reader);

/* Accepts NULL. */
void denet_reader_close(struct denet_reader *reader);

/*
 * The summary of a recorded file as JSON with denet's keys, and our own when the file ends with our
 * summary. -ENODATA when nothing in it can be summed up. To be freed by denet_free(). "-" is stdin.
 */
int denet_summary_from_file(const char *path, char **ret_text, struct denet_error *error);

/*
 * The same of records in memory, one a line. total_time_secs is elapsed_s, or what the records tell
 * if that is negative or NaN. As denet's: without any sample all is 0.
 */
int denet_summary_from_lines(const char *text, size_t len, double elapsed_s, char **ret_text,
			     struct denet_error *error);

/* A recorded file summed up. Of the library's size: later fields do not exist. */
struct denet_stats {
	size_t size;
	const struct denet_summary *summary; /* denet's keys, and with has_summary ours */
	bool has_summary; /* the file ends with our summary, and all is from there */
	bool is_truncated; /* it ends within a record, or before its array does */
	uint64_t lines_skipped; /* what was no record, or lacked keys */
	const char *skipped_text; /* the first thing wrong, with its line; may be empty */
	bool is_ours; /* denet-bpf wrote it; without has_summary it is cut off, and what is known is told */
	uint32_t
		attached_pid; /* of the root; 0 when the command was started, or that is not told */
};

/* "-" is stdin. error says what is wrong without the file's name. -ENODATA when nothing in it can be summed up. */
int denet_stats_read(const char *path, struct denet_stats **ret_stats, struct denet_error *error);

/*
 * The same, while the observer is told of the start, the samples, the processes and the summary as it
 * would have been by the monitor, but without what the file does not hold. It may be NULL.
 */
int denet_stats_read_to(const char *path, const struct denet_observer *observer,
			struct denet_stats **ret_stats, struct denet_error *error);

/* Accepts NULL. */
void denet_stats_free(struct denet_stats *stats);

/* As denet_summary_from_file(); in one line, or indented as denet does it. */
int denet_stats_json(const struct denet_stats *stats, bool is_indented, char **ret_text);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
