/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Records of what an observer is told, to wherever they are wanted. Part of denet/denet.h. */
#ifndef DENET_WRITER_H
#define DENET_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_observer;
struct denet_summary;
struct denet_writer;

enum denet_format {
	DENET_FORMAT_JSONL, /* one JSON object a line */
	DENET_FORMAT_JSON, /* one array of the same */
	DENET_FORMAT_CSV, /* one row a sample */
};

struct denet_writer_options {
	size_t size; /* sizeof(struct denet_writer_options) */
	enum denet_format format;
	unsigned int
		left_out; /* kinds that are not written: 1u << DENET_RECORD_METADATA and so on */
	bool compat_denet; /* denet's kinds and keys only */
	bool exclude_children; /* samples of the root alone, as the monitor's options have it */
	bool write_env; /* begin with a record about this machine */
	/*
	 * An array in a regular file is closed after each sample, and no line end follows: denet's Python
	 * tells an array by its last character.
	 */
	bool closes_array;
	/*
	 * Once for each target that cannot be written to: nothing more goes there. With NULL for a target
	 * the env record could not be made. May be NULL.
	 */
	void (*on_loss)(void *context, const char *target, int error);
	void *context; /* of on_loss and on_warning */
	/*
	 * Whoever tells the observer never waits for a reader of a pipe, a terminal or a socket. What waits
	 * is kept, up to 8 MiB for each target: then every second sample of these goes, and the oldest
	 * records of processes. denet_writer_step() writes it, also after denet_writer_finish().
	 */
	bool never_waits;
	/* What the observer is told that goes into no record. May be NULL. */
	void (*on_warning)(void *context, const char *text);
};

/* Whole records, framed as in a file. 0, or a negative errno after which it is not called again. */
typedef int (*denet_write_fn)(void *context, const char *bytes, size_t len);

/* The caller sets size, and zeros what it does not ask for. */
int denet_writer_new(const struct denet_writer_options *options, struct denet_writer **ret_writer);

/* Accepts NULL. Writes nothing more. */
void denet_writer_free(struct denet_writer *writer);

/*
 * Where records go; each of several gets all of them. A name is for on_loss, and copied. The file is
 * created; what an older one held goes at once. A name that leads to a descriptor of this process, such as
 * /dev/stdout, is that descriptor, of which nothing goes. A descriptor that is handed in is borrowed.
 * A name that ends in .gz, also of a descriptor, is packed by gzip, and readable up to the last sample if it
 * is cut off; such a target is waited for also with never_waits.
 */
int denet_writer_add_file(struct denet_writer *writer, const char *path);
int denet_writer_add_fd(struct denet_writer *writer, int fd, const char *name);
int denet_writer_add_callback(struct denet_writer *writer, const char *name, denet_write_fn write,
			      void *context);

/* Lines, or rows, until they are taken. Beyond bytes_max the oldest are dropped; 0 = no bound. */
int denet_writer_add_memory(struct denet_writer *writer, size_t bytes_max);

/*
 * To be handed to denet_run() and the like; valid as long as the writer. What is added must not
 * change from then on. Records are flushed at the start, at each sample and at the end.
 */
const struct denet_observer *denet_writer_observer(const struct denet_writer *writer);

/*
 * What was followed beside the run, as a record of the kind beside with the keys of a summary. For on_summary
 * of an observer that hands on to this one's: before it does, as a summary is the last record.
 */
void denet_writer_add_beside(struct denet_writer *writer, const struct denet_summary *summary);

/* Ends an array, flushes and closes: a full disk may show only here, by on_loss. */
void denet_writer_finish(struct denet_writer *writer);

/*
 * With never_waits: readable when something that waits can be written, by denet_writer_step(), which
 * returns 1 while more waits. Owned by the writer; -1 without never_waits.
 */
int denet_writer_fd(const struct denet_writer *writer);
int denet_writer_step(struct denet_writer *writer);

/* How many records went because their readers did not read; the summary record counts them as lost. */
uint64_t denet_writer_lost(const struct denet_writer *writer);

/* What memory holds, "" when nothing; to be freed by denet_free(). From any thread. */
int denet_writer_take(struct denet_writer *writer, char **ret_text, size_t *ret_len);

/* How many were dropped from memory, for its bound or for want of it. From any thread. */
uint64_t denet_writer_dropped(struct denet_writer *writer);

/* The first error of any target; 0 while there was none. From any thread. */
int denet_writer_error(const struct denet_writer *writer);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
