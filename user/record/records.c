/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/records.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"
#include "record/writer.h"
#include "util/buf.h"
#include "util/cleanup.h"

struct records {
	struct denet_observer front; /* what the monitor calls */
	struct denet_observer observer; /* the caller's */
	struct record_style style;
	struct denet_writer *writer; /* owned; to memory; NULL when nothing is kept */
	struct denet_observer keeper; /* the writer's; empty without one */

	pthread_mutex_t lock; /* of all below */
	char *metadata; /* owned; NULL until it is known */
};

void records_note_start(struct records *records, const struct denet_start *start)
{
	AUTO(buf) struct buf text = { 0 };

	(void)record_metadata(&records->style, start, &text);
	if (text.error)
		return;
	(void)pthread_mutex_lock(&records->lock);
	free(records->metadata);
	records->metadata = TAKE(text.data);
	(void)pthread_mutex_unlock(&records->lock);
}

/* Calls the keeper's, then the caller's. */
#define PASS_ON(records_, callback_, argument_)                                                  \
	do {                                                                                     \
		if ((records_)->keeper.callback_)                                                \
			(records_)->keeper.callback_((records_)->keeper.context, argument_);     \
		if ((records_)->observer.callback_)                                              \
			(records_)->observer.callback_((records_)->observer.context, argument_); \
	} while (0)

static void on_start(void *context, const struct denet_start *start)
{
	struct records *records = context;

	records_note_start(records, start);
	PASS_ON(records, on_start, start);
}

static void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct records *records = context;

	PASS_ON(records, on_arrival, arrival);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct records *records = context;

	PASS_ON(records, on_sample, tree);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct records *records = context;

	PASS_ON(records, on_process, process);
}

static void on_exit_record(void *context, const struct denet_exit *end)
{
	struct records *records = context;

	PASS_ON(records, on_exit, end);
}

static void on_warning(void *context, const char *text)
{
	struct records *records = context;

	PASS_ON(records, on_warning, text);
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	struct records *records = context;

	PASS_ON(records, on_summary, summary);
}

static int open_writer(struct records *records, const struct denet_options *options)
{
	const struct denet_writer_options wanted = {
		.size = sizeof(wanted),
		.compat_denet = options->records_compat_denet,
		.exclude_children = options->exclude_children,
	};
	int r = writer_new(&wanted, NULL, &records->writer);

	if (!r)
		r = denet_writer_add_memory(records->writer, options->records_max_bytes);
	if (!r)
		records->keeper = *denet_writer_observer(records->writer);
	return r;
}

int records_new(const struct denet_options *options, const struct denet_observer *observer,
		struct records **ret_records)
{
	struct records *records = calloc(1, sizeof(*records));
	int r = 0;

	if (!records)
		return -ENOMEM;
	(void)pthread_mutex_init(&records->lock, NULL);
	records->observer = *observer;
	records->style.compat_denet = options->records_compat_denet;
	records->front = (struct denet_observer){
		.size = sizeof(records->front),
		.context = records,
		.on_start = on_start,
		.on_arrival = on_arrival,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_exit = on_exit_record,
		.on_warning = on_warning,
		.on_summary = on_summary,
	};
	if (options->keep_records)
		r = open_writer(records, options);
	if (r)
		records_free(records);
	else
		*ret_records = records;
	return r;
}

void records_free(struct records *records)
{
	if (!records)
		return;
	denet_writer_free(records->writer);
	(void)pthread_mutex_destroy(&records->lock);
	free(records->metadata);
	free(records);
}

const struct denet_observer *records_observer(const struct records *records)
{
	return &records->front;
}

int records_take(struct records *records, char **ret_text, size_t *ret_len)
{
	char *empty;

	if (records->writer)
		return denet_writer_take(records->writer, ret_text, ret_len);
	empty = strdup("");
	if (!empty)
		return -ENOMEM;
	*ret_text = empty;
	*ret_len = 0;
	return 0;
}

uint64_t records_dropped(struct records *records)
{
	return records->writer ? denet_writer_dropped(records->writer) : 0;
}

int records_metadata(struct records *records, char **ret_text)
{
	int r = -EAGAIN;

	(void)pthread_mutex_lock(&records->lock);
	if (records->metadata) {
		*ret_text = strdup(records->metadata);
		r = *ret_text ? 0 : -ENOMEM;
	}
	(void)pthread_mutex_unlock(&records->lock);
	return r;
}

int records_format_summary(const struct denet_summary *summary, char **ret_text)
{
	/* Who asks for it wants it, also where denet has no such record. */
	const struct record_style style = { .compat_denet = false };
	AUTO(buf) struct buf buf = { 0 };

	(void)record_summary(&style, summary, &buf);
	if (buf.error)
		return buf.error;
	*ret_text = TAKE(buf.data);
	return 0;
}
