/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/writer.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "record/csv.h"
#include "record/kept.h"
#include "record/record.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/gzip.h"
#include "util/sink.h"
#include "util/sized.h"

#define TARGETS_MAX 4

#define WAITING_MAX (8u << 20) /* bytes, of each target */

struct target {
	struct sink *sink; /* owned */
	bool is_watched; /* something waits */
	char *name; /* owned */
};

struct denet_writer {
	struct denet_writer_options options;
	struct denet_observer observer;
	struct record_style style;
	writer_env_fn describe_machine;
	struct target targets[TARGETS_MAX];
	size_t target_count;
	struct kept *kept; /* owned; NULL without memory as a target */
	struct buf record; /* the next one */
	int fd; /* owned: which of the targets that are waited for can be written to; -1 */
	atomic_int error;
};

static void lose(struct denet_writer *writer, const struct target *target, int error)
{
	int none = 0;

	(void)atomic_compare_exchange_strong(&writer->error, &none, error);
	if (writer->options.on_loss)
		writer->options.on_loss(writer->options.context, target->name, error);
}

static bool is_csv(const struct denet_writer *writer)
{
	return writer->options.format == DENET_FORMAT_CSV;
}

static bool has_targets(const struct denet_writer *writer)
{
	return writer->target_count || writer->kept;
}

static bool is_left_out(const struct denet_writer *writer, enum denet_record kind)
{
	return !has_targets(writer) || is_csv(writer) || writer->options.left_out & (1u << kind);
}

static void keep(struct denet_writer *writer)
{
	const struct buf *record = &writer->record;

	if (!writer->kept)
		return;
	if (record->error)
		kept_miss(writer->kept);
	else
		kept_add(writer->kept, record->data, record->len, !is_csv(writer));
}

/* What stands in record goes everywhere. */
static void add_to_all(struct denet_writer *writer, enum backlog_kind kind)
{
	struct buf *record = &writer->record;

	if (!record->error && !record->len)
		return;
	for (size_t i = 0; i < writer->target_count; i++) {
		const struct target *target = &writer->targets[i];
		int r = record->error;

		if (!r)
			r = sink_add_as(target->sink, kind, record->data, record->len);
		if (r)
			lose(writer, target, r);
	}
	keep(writer);
	buf_reset(record);
}

/* Only who waits is watched: a pipe can be written to most of the time. */
static void watch(const struct denet_writer *writer, struct target *target)
{
	bool is_waiting = sink_is_waiting(target->sink);
	int fd = sink_fd(target->sink);
	struct epoll_event event = { .events = EPOLLOUT, .data.fd = fd };

	if (writer->fd < 0 || is_waiting == target->is_watched)
		return;
	(void)epoll_ctl(writer->fd, is_waiting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
	target->is_watched = is_waiting;
}

static void flush_all(struct denet_writer *writer)
{
	for (size_t i = 0; i < writer->target_count; i++) {
		struct target *target = &writer->targets[i];
		int r = sink_flush(target->sink);

		if (r)
			lose(writer, target, r);
		watch(writer, target);
	}
}

/* A machine that cannot be described is no reason to lack all the rest. */
static void add_env(struct denet_writer *writer, pid_t pid)
{
	AUTO_FREE char *text = NULL;
	int r = writer->describe_machine ? writer->describe_machine(pid, &text) : -ENOSYS;

	if (r) {
		if (writer->options.on_loss)
			writer->options.on_loss(writer->options.context, NULL, r);
		return;
	}
	buf_append_text(&writer->record, text);
	add_to_all(writer, BACKLOG_KEPT);
}

static void on_start(void *context, const struct denet_start *start)
{
	struct denet_writer *writer = context;

	if (is_csv(writer) && has_targets(writer)) {
		csv_append_header(&writer->record);
		add_to_all(writer, BACKLOG_KEPT);
	}
	if (writer->options.write_env && !is_left_out(writer, DENET_RECORD_ENV))
		add_env(writer, (pid_t)start->pid);
	if (!is_left_out(writer, DENET_RECORD_METADATA)) {
		(void)record_metadata(&writer->style, start, &writer->record);
		add_to_all(writer, BACKLOG_KEPT);
	}
	flush_all(writer);
}

static void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct denet_writer *writer = context;

	if (is_left_out(writer, DENET_RECORD_CHILD) || writer->options.exclude_children)
		return;
	(void)record_child(&writer->style, arrival, &writer->record);
	add_to_all(writer, BACKLOG_EVENT);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct denet_writer *writer = context;
	bool root_alone = writer->options.exclude_children;

	if (!has_targets(writer))
		return;
	if (is_csv(writer))
		csv_append_row(&writer->record, tree, root_alone);
	else if (root_alone)
		(void)record_sample(&writer->style, tree, &writer->record);
	else
		(void)record_tree(&writer->style, tree, &writer->record);
	add_to_all(writer, BACKLOG_SAMPLE);
	flush_all(writer);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct denet_writer *writer = context;

	if (is_left_out(writer, DENET_RECORD_PROCESS))
		return;
	(void)record_process(&writer->style, process, &writer->record);
	add_to_all(writer, BACKLOG_EVENT);
}

static void on_exit_record(void *context, const struct denet_exit *end)
{
	struct denet_writer *writer = context;

	if (!is_left_out(writer, DENET_RECORD_EXIT)) {
		(void)record_exit(&writer->style, end, &writer->record);
		add_to_all(writer, BACKLOG_KEPT);
	}
	flush_all(writer);
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	struct denet_writer *writer = context;
	struct denet_summary told = *summary;

	if (told.records_lost != DENET_UNKNOWN)
		told.records_lost += denet_writer_lost(writer);
	if (!is_left_out(writer, DENET_RECORD_SUMMARY)) {
		(void)record_summary(&writer->style, &told, &writer->record);
		add_to_all(writer, BACKLOG_KEPT);
	}
	flush_all(writer);
}

void denet_writer_add_beside(struct denet_writer *writer, const struct denet_summary *summary)
{
	if (is_left_out(writer, DENET_RECORD_SUMMARY))
		return;
	(void)record_beside(&writer->style, summary, &writer->record);
	add_to_all(writer, BACKLOG_KEPT);
}

static void on_warning(void *context, const char *text)
{
	struct denet_writer *writer = context;

	if (writer->options.on_warning)
		writer->options.on_warning(writer->options.context, text);
}

int writer_new(const struct denet_writer_options *options, writer_env_fn describe_machine,
	       struct denet_writer **ret_writer)
{
	struct denet_writer *writer = calloc(1, sizeof(*writer));
	int r = -ENOMEM;

	if (writer) {
		writer->fd = -1;
		r = sized_take(&writer->options, sizeof(writer->options), options);
	}
	if (!r && writer->options.never_waits) {
		writer->fd = epoll_create1(EPOLL_CLOEXEC);
		r = writer->fd < 0 ? -errno : 0;
	}
	if (r) {
		free(writer);
		return r;
	}
	writer->style.compat_denet = writer->options.compat_denet;
	writer->describe_machine = describe_machine;
	writer->observer = (struct denet_observer){
		.size = sizeof(writer->observer),
		.context = writer,
		.on_start = on_start,
		.on_arrival = on_arrival,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_exit = on_exit_record,
		.on_warning = on_warning,
		.on_summary = on_summary,
	};
	*ret_writer = writer;
	return 0;
}

void denet_writer_free(struct denet_writer *writer)
{
	if (!writer)
		return;
	for (size_t i = 0; i < writer->target_count; i++) {
		sink_free(writer->targets[i].sink);
		free(writer->targets[i].name);
	}
	if (writer->fd >= 0)
		(void)close(writer->fd);
	kept_free(writer->kept);
	buf_done(&writer->record);
	free(writer);
}

static enum sink_framing framing(const struct denet_writer *writer)
{
	switch (writer->options.format) {
	case DENET_FORMAT_CSV:
		return SINK_RAW;
	case DENET_FORMAT_JSON:
		return writer->options.closes_array ? SINK_CLOSED_ARRAY : SINK_ARRAY;
	default:
		return SINK_LINES;
	}
}

/* Takes over the sink, also when it fails. */
static int add_target(struct denet_writer *writer, struct sink *sink, const char *name)
{
	struct target *target = &writer->targets[writer->target_count];
	char *copy = writer->target_count < TARGETS_MAX ? strdup(name ? name : "") : NULL;

	if (!copy) {
		sink_free(sink);
		return writer->target_count < TARGETS_MAX ? -ENOMEM : -E2BIG;
	}
	*target = (struct target){ .sink = sink, .name = copy };
	writer->target_count++;
	if (writer->options.never_waits)
		sink_never_wait(sink, WAITING_MAX);
	/* An array is one from the start. */
	return writer->options.closes_array ? sink_flush(sink) : 0;
}

int denet_writer_add_file(struct denet_writer *writer, const char *path)
{
	struct sink *sink = NULL;
	int r = path ? sink_open(path, framing(writer), &sink) : -EINVAL;

	return r ? r : add_target(writer, sink, path);
}

int denet_writer_add_fd(struct denet_writer *writer, int fd, const char *name)
{
	struct sink *sink = NULL;
	int r = sink_new(fd, framing(writer), &sink);

	if (!r && name && gzip_is_name(name))
		r = sink_pack(sink);
	if (r) {
		sink_free(sink);
		return r;
	}
	return add_target(writer, sink, name);
}

int denet_writer_add_callback(struct denet_writer *writer, const char *name, denet_write_fn write,
			      void *context)
{
	struct sink *sink = NULL;
	int r = write ? sink_new_of(write, context, framing(writer), &sink) : -EINVAL;

	return r ? r : add_target(writer, sink, name);
}

int denet_writer_add_memory(struct denet_writer *writer, size_t bytes_max)
{
	return writer->kept ? -EEXIST : kept_new(bytes_max, &writer->kept);
}

const struct denet_observer *denet_writer_observer(const struct denet_writer *writer)
{
	return &writer->observer;
}

void denet_writer_finish(struct denet_writer *writer)
{
	for (size_t i = 0; i < writer->target_count; i++) {
		struct target *target = &writer->targets[i];
		int r;

		/* Closed with it. */
		if (target->is_watched)
			(void)epoll_ctl(writer->fd, EPOLL_CTL_DEL, sink_fd(target->sink), NULL);
		target->is_watched = false;
		r = sink_finish(target->sink);
		if (r)
			lose(writer, target, r);
		watch(writer, target);
	}
}

int denet_writer_fd(const struct denet_writer *writer)
{
	return writer->fd;
}

int denet_writer_step(struct denet_writer *writer)
{
	bool is_waiting = false;

	flush_all(writer);
	for (size_t i = 0; i < writer->target_count; i++)
		is_waiting |= sink_is_waiting(writer->targets[i].sink);
	return is_waiting;
}

uint64_t denet_writer_lost(const struct denet_writer *writer)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < writer->target_count; i++)
		lost += sink_lost(writer->targets[i].sink);
	return lost;
}

int denet_writer_take(struct denet_writer *writer, char **ret_text, size_t *ret_len)
{
	return writer->kept ? kept_take(writer->kept, ret_text, ret_len) : -EINVAL;
}

uint64_t denet_writer_dropped(struct denet_writer *writer)
{
	return writer->kept ? kept_dropped(writer->kept) : 0;
}

int denet_writer_error(const struct denet_writer *writer)
{
	return atomic_load(&writer->error);
}
