/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An observer before the caller's: what passes is kept as JSON, until somebody takes it. */
#ifndef DENET_RECORD_RECORDS_H
#define DENET_RECORD_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

struct records;

/*
 * Passes everything on to the observer, which is copied. Only options.keep_records makes it keep
 * more than the metadata.
 */
int records_new(const struct denet_options *options, const struct denet_observer *observer,
		struct records **ret_records);

/* Accepts NULL. */
void records_free(struct records *records);

/* What the monitor calls; valid as long as the records. */
const struct denet_observer *records_observer(const struct records *records);

/* From any thread: all lines so far, which are forgotten here. The caller frees. */
int records_take(struct records *records, char **ret_text, size_t *ret_len);

/* From any thread: how many were dropped, for the bound or for want of memory. */
uint64_t records_dropped(struct records *records);

/* From any thread: a copy of the metadata record; -EAGAIN before it is known. */
int records_metadata(struct records *records, char **ret_text);

/* Makes it known before the start is shown. */
void records_note_start(struct records *records, const struct denet_start *start);

/* A record of its own, not kept. */
int records_format_summary(const struct denet_summary *summary, char **ret_text);

#endif
