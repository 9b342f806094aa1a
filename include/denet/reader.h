/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Recorded files, ours and denet's of any version. Part of denet/denet.h. */
#ifndef DENET_READER_H
#define DENET_READER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_error;
struct denet_reader;

/* JSON Lines, or one JSON array. error may be NULL. */
int denet_reader_open(const char *path, struct denet_reader **ret_reader,
		      struct denet_error *error);

/*
 * 1 and the text of the next record, whatever its kind: one JSON object, valid until the next call,
 * with no NUL at its end. 0 at the end. -EBADMSG for what is not a record: it is counted, and the
 * next call goes on behind it. Any other error lasts.
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
 * summary. -ENODATA when nothing in it can be summed up. To be freed by denet_free().
 */
int denet_summary_from_file(const char *path, char **ret_text, struct denet_error *error);

/*
 * The same of records in memory, one a line. total_time_secs is elapsed_s, or what the records tell
 * if that is negative or NaN. As denet's: without any sample all is 0.
 */
int denet_summary_from_lines(const char *text, size_t len, double elapsed_s, char **ret_text,
			     struct denet_error *error);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
