/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/records.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"
#include "util/buf.h"
#include "util/cleanup.h"

struct line {
	struct line *next;
	size_t len;
	char text[]; /* with its newline */
};

struct records {
	struct denet_observer front; /* what the monitor calls */
	struct denet_observer observer; /* the caller's */
	struct record_style style;
	bool keeps;
	bool root_alone;
	size_t bytes_max; /* 0 = none */
	struct buf scratch; /* of whoever drives the monitor */

	pthread_mutex_t lock; /* of all below */
	struct line *oldest; /* owned */
	struct line *newest;
	size_t bytes;
	uint64_t dropped;
	char *metadata; /* owned; NULL until it is known */
};

static void drop_oldest(struct records *records)
{
	struct line *line = records->oldest;

	records->oldest = line->next;
	if (!records->oldest)
		records->newest = NULL;
	records->bytes -= line->len;
	free(line);
}

static void append(struct records *records, struct line *line)
{
	line->next = NULL;
	if (records->newest)
		records->newest->next = line;
	else
		records->oldest = line;
	records->newest = line;
	records->bytes += line->len;
	while (records->oldest && records->bytes_max && records->bytes > records->bytes_max) {
		drop_oldest(records);
		records->dropped++;
	}
}

/* What stands in scratch becomes a line. */
static void keep(struct records *records)
{
	struct buf *text = &records->scratch;
	struct line *line = NULL;

	if (!text->error && !text->len)
		return;
	if (!text->error)
		line = malloc(sizeof(*line) + text->len + 1);
	if (line) {
		memcpy(line->text, text->data, text->len);
		line->text[text->len] = '\n';
		line->len = text->len + 1;
	}
	buf_reset(text);

	(void)pthread_mutex_lock(&records->lock);
	if (line)
		append(records, line);
	else
		records->dropped++;
	(void)pthread_mutex_unlock(&records->lock);
}

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

static void on_start(void *context, const struct denet_start *start)
{
	struct records *records = context;

	records_note_start(records, start);
	if (records->keeps) {
		(void)record_metadata(&records->style, start, &records->scratch);
		keep(records);
	}
	if (records->observer.on_start)
		records->observer.on_start(records->observer.context, start);
}

static void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct records *records = context;

	if (records->keeps && !records->root_alone) {
		(void)record_child(&records->style, arrival, &records->scratch);
		keep(records);
	}
	if (records->observer.on_arrival)
		records->observer.on_arrival(records->observer.context, arrival);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct records *records = context;

	if (records->keeps) {
		if (records->root_alone)
			(void)record_sample(&records->style, tree, &records->scratch);
		else
			(void)record_tree(&records->style, tree, &records->scratch);
		keep(records);
	}
	if (records->observer.on_sample)
		records->observer.on_sample(records->observer.context, tree);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct records *records = context;

	if (records->keeps) {
		(void)record_process(&records->style, process, &records->scratch);
		keep(records);
	}
	if (records->observer.on_process)
		records->observer.on_process(records->observer.context, process);
}

static void on_exit_record(void *context, const struct denet_exit *end)
{
	struct records *records = context;

	if (records->keeps) {
		(void)record_exit(&records->style, end, &records->scratch);
		keep(records);
	}
	if (records->observer.on_exit)
		records->observer.on_exit(records->observer.context, end);
}

static void on_warning(void *context, const char *text)
{
	struct records *records = context;

	if (records->observer.on_warning)
		records->observer.on_warning(records->observer.context, text);
}

int records_new(const struct denet_options *options, const struct denet_observer *observer,
		struct records **ret_records)
{
	struct records *records = calloc(1, sizeof(*records));

	if (!records)
		return -ENOMEM;
	(void)pthread_mutex_init(&records->lock, NULL);
	records->observer = *observer;
	records->keeps = options->keep_records;
	records->root_alone = options->exclude_children;
	records->bytes_max = options->records_max_bytes;
	record_style_init(&records->style);
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
	};
	*ret_records = records;
	return 0;
}

void records_free(struct records *records)
{
	if (!records)
		return;
	while (records->oldest)
		drop_oldest(records);
	(void)pthread_mutex_destroy(&records->lock);
	buf_done(&records->scratch);
	free(records->metadata);
	free(records);
}

const struct denet_observer *records_observer(const struct records *records)
{
	return &records->front;
}

void records_add_summary(struct records *records, const struct denet_summary *summary)
{
	if (!records->keeps)
		return;
	(void)record_summary(&records->style, summary, &records->scratch);
	keep(records);
}

int records_take(struct records *records, char **ret_text, size_t *ret_len)
{
	size_t len = 0;
	char *text;

	(void)pthread_mutex_lock(&records->lock);
	text = malloc(records->bytes + 1);
	while (text && records->oldest) {
		memcpy(text + len, records->oldest->text, records->oldest->len);
		len += records->oldest->len;
		drop_oldest(records);
	}
	(void)pthread_mutex_unlock(&records->lock);
	if (!text)
		return -ENOMEM;
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

uint64_t records_dropped(struct records *records)
{
	uint64_t dropped;

	(void)pthread_mutex_lock(&records->lock);
	dropped = records->dropped;
	(void)pthread_mutex_unlock(&records->lock);
	return dropped;
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

int records_format_summary(const struct records *records, const struct denet_summary *summary,
			   char **ret_text)
{
	/* Who asks for it wants it, also where denet has no such record. */
	const struct record_style style = { .has_system_psi = records->style.has_system_psi };
	AUTO(buf) struct buf buf = { 0 };

	(void)record_summary(&style, summary, &buf);
	if (buf.error)
		return buf.error;
	*ret_text = TAKE(buf.data);
	return 0;
}
