/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/backlog.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/gzip.h"
#include "util/own_fd.h"

#define PENDING_MAX 65536 /* between two samples any number of processes may end */

struct sink {
	struct buf pending;
	enum sink_framing framing;
	sink_write_fn write; /* NULL: to fd */
	void *context; /* its */
	int fd;
	bool owns_fd;
	bool is_pipe;
	bool is_socket; /* known where nobody waits */
	bool is_sought; /* the array's end can be written over */
	bool is_closed; /* the array's end is there */
	bool has_records;
	bool is_last; /* nothing follows what is flushed */
	bool is_over; /* finished or failed */
	size_t waiting_max; /* 0: whoever flushes waits */
	struct gzip *gzip; /* owned; NULL for text as it is */
	struct buf packed;
	struct backlog waiting; /* for its reader, where nobody waits for him */
};

int sink_new(int fd, enum sink_framing framing, struct sink **ret_sink)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	struct stat info;

	if (!sink)
		return -ENOMEM;
	sink->fd = fd;
	sink->framing = framing;
	if (fstat(fd, &info) == 0) {
		sink->is_pipe = S_ISFIFO(info.st_mode);
		/* What is appended cannot be written over. */
		sink->is_sought = framing == SINK_CLOSED_ARRAY && S_ISREG(info.st_mode) &&
				  !(fcntl(fd, F_GETFL) & O_APPEND);
	}
	*ret_sink = sink;
	return 0;
}

int sink_new_of(sink_write_fn write, void *context, enum sink_framing framing,
		struct sink **ret_sink)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return -ENOMEM;
	sink->fd = -1;
	sink->framing = framing;
	sink->write = write;
	sink->context = context;
	*ret_sink = sink;
	return 0;
}

/* Shares place and flags with whoever else has it: nobody writes over the other. */
static int share(int own)
{
	int flags = fcntl(own, F_GETFL);
	int fd;

	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
		return -EBADF;
	fd = fcntl(own, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return fd < 0 ? -errno : fd;
}

/*
 * At the end of the file, whoever else writes to it or shortens it; an array that is closed after each
 * flush is written over. What it held goes now: left for later it could be taken for ours.
 */
static int open_file(const char *path, enum sink_framing framing)
{
	int append = framing == SINK_CLOSED_ARRAY ? 0 : O_APPEND;
	AUTO_FD int fd = -1;
	struct stat info;
	int own;

	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | append, 0666);
	if (fd < 0)
		return -errno;
	own = own_fd_of_file(fd);
	if (own >= 0)
		return share(own);
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && ftruncate(fd, 0))
		return -errno;
	return TAKE_FD(fd);
}

int sink_pack(struct sink *sink)
{
	/* What is packed cannot be written over. */
	sink->is_sought = false;
	return gzip_new(&sink->gzip);
}

int sink_open(const char *path, enum sink_framing framing, struct sink **ret_sink)
{
	int own = own_fd_of_name(path);
	int r, fd = own >= 0 ? share(own) : open_file(path, framing);

	if (fd < 0)
		return fd;
	r = sink_new(fd, framing, ret_sink);
	if (r) {
		(void)close(fd);
		return r;
	}
	(*ret_sink)->owns_fd = true;
	if (!gzip_is_name(path))
		return 0;
	r = sink_pack(*ret_sink);
	if (r)
		sink_free(TAKE(*ret_sink));
	return r;
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->owns_fd && sink->fd >= 0)
		(void)close(sink->fd);
	buf_done(&sink->pending);
	buf_done(&sink->packed);
	gzip_free(sink->gzip);
	backlog_done(&sink->waiting);
	free(sink);
}

/* stdout may have been made non-blocking by whoever shares it. */
static int wait_writable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

	if (poll(&poll_fd, 1, -1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);

		if (written >= 0) {
			data += written;
			len -= (size_t)written;
		} else if (errno == EAGAIN) {
			int r = wait_writable(fd);

			if (r)
				return r;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/* As many whole lines as a pipe takes in one piece; a longer line alone. */
static size_t atomic_part(const char *data, size_t len)
{
	const char *end;

	if (len <= PIPE_BUF)
		return len;
	end = memrchr(data, '\n', PIPE_BUF);
	if (!end)
		end = memchr(data + PIPE_BUF, '\n', len - PIPE_BUF);
	return end ? (size_t)(end - data) + 1 : len;
}

/*
 * A description of our own: to make that of stdout non-blocking would take others unawares. Where there
 * can be none, because it is another's, it is asked before each write.
 */
static void reopen(struct sink *sink)
{
	char name[32];
	int fd;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", sink->fd);
	fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	if (sink->owns_fd)
		(void)close(sink->fd);
	sink->fd = fd;
	sink->owns_fd = true;
}

void sink_never_wait(struct sink *sink, size_t waiting_max)
{
	struct stat info;

	/* Those of files are never refused, and are one write for all lines of a sample. */
	if (sink->write || fstat(sink->fd, &info) || S_ISREG(info.st_mode) ||
	    S_ISDIR(info.st_mode) || S_ISBLK(info.st_mode))
		return;
	sink->waiting_max = waiting_max;
	sink->is_socket = S_ISSOCK(info.st_mode);
	if (!sink->is_socket)
		reopen(sink);
}

bool sink_is_waiting(const struct sink *sink)
{
	return !sink->is_over && backlog_len(&sink->waiting);
}

int sink_fd(const struct sink *sink)
{
	return sink->fd;
}

uint64_t sink_lost(const struct sink *sink)
{
	return sink->waiting.lost;
}

static ssize_t write_now(const struct sink *sink, const char *data, size_t len)
{
	struct pollfd writable = { .fd = sink->fd, .events = POLLOUT };

	if (sink->is_socket)
		return send(sink->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (poll(&writable, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	/* So much goes into a pipe that takes anything at all. */
	return write(sink->fd, data, len < PIPE_BUF ? len : PIPE_BUF);
}

/* As much as is taken without waiting. */
static int write_waiting(struct sink *sink)
{
	size_t len;

	while ((len = backlog_len(&sink->waiting)) > 0) {
		const char *data = backlog_bytes(&sink->waiting);
		size_t part = sink->is_pipe && !sink->gzip ? atomic_part(data, len) : len;
		ssize_t written = write_now(sink, data, part);

		if (written >= 0)
			backlog_take(&sink->waiting, (size_t)written);
		else if (errno == EAGAIN)
			return 0;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* From what is put together to what waits. */
static int queue(struct sink *sink, enum backlog_kind kind)
{
	struct buf *pending = &sink->pending;
	int r = pending->error;

	if (!r && pending->len)
		r = backlog_add(&sink->waiting, kind, pending->data, pending->len);
	buf_reset(pending);
	return r;
}

/* From what is put together to what is packed. */
static int pack(struct sink *sink)
{
	const struct buf *pending = &sink->pending;
	int r = pending->error;

	if (!r)
		r = gzip_pack(sink->gzip, pending->data, pending->len, sink->is_last,
			      &sink->packed);
	buf_reset(&sink->pending);
	return r;
}

/* Of what is packed nothing can be left out any more. */
static int queue_packed(struct sink *sink)
{
	int r = pack(sink);

	if (!r && sink->packed.len)
		r = backlog_add(&sink->waiting, BACKLOG_KEPT, sink->packed.data, sink->packed.len);
	buf_reset(&sink->packed);
	return r;
}

/* So that what can be left out is left out before it is packed: the newest, then. */
static bool leaves_out(struct sink *sink, enum backlog_kind kind)
{
	if (!sink->gzip || !sink->waiting_max || kind == BACKLOG_KEPT || !sink->has_records ||
	    backlog_len(&sink->waiting) < sink->waiting_max)
		return false;
	sink->waiting.lost++;
	return true;
}

static int flush_waiting(struct sink *sink)
{
	int r = sink->gzip ? queue_packed(sink) : queue(sink, BACKLOG_KEPT);

	if (!r)
		r = write_waiting(sink);
	if (!r)
		backlog_bound(&sink->waiting, sink->waiting_max);
	sink->is_over = r < 0;
	return r;
}

static int write_bytes(const struct sink *sink, const char *data, size_t len)
{
	int r = 0;

	if (sink->write)
		return len ? sink->write(sink->context, data, len) : 0;
	while (r == 0 && len > 0) {
		size_t part = sink->is_pipe && !sink->gzip ? atomic_part(data, len) : len;

		r = write_all(sink->fd, data, part);
		data += part;
		len -= part;
	}
	return r;
}

static int write_pending(struct sink *sink)
{
	const struct buf *pending = &sink->pending;
	int r;

	if (!sink->gzip)
		return pending->error ? pending->error
				      : write_bytes(sink, pending->data, pending->len);
	r = pack(sink);
	if (!r)
		r = write_bytes(sink, sink->packed.data, sink->packed.len);
	buf_reset(&sink->packed);
	return r;
}

static void open_array(struct sink *sink)
{
	if (!sink->has_records && !sink->is_closed)
		buf_append_text(&sink->pending, sink->framing == SINK_ARRAY ? "[\n" : "[");
}

/* Brackets for whoever looks now; the next record takes the place of the last of them. */
static void close_for_now(struct sink *sink)
{
	if (!sink->is_sought || (sink->is_closed && !sink->pending.len))
		return;
	open_array(sink);
	buf_append_char(&sink->pending, ']');
	sink->is_closed = true;
}

int sink_flush(struct sink *sink)
{
	int r;

	if (sink->is_over)
		return 0;
	if (sink->waiting_max)
		return flush_waiting(sink);
	close_for_now(sink);
	r = write_pending(sink);
	buf_reset(&sink->pending);
	sink->is_over = r < 0;
	return r;
}

static bool is_array(const struct sink *sink)
{
	return sink->framing == SINK_ARRAY || sink->framing == SINK_CLOSED_ARRAY;
}

static int give_up(struct sink *sink, int error)
{
	sink->is_over = true;
	return error;
}

int sink_add(struct sink *sink, const char *record, size_t len)
{
	return sink_add_as(sink, BACKLOG_KEPT, record, len);
}

int sink_add_as(struct sink *sink, enum backlog_kind kind, const char *record, size_t len)
{
	struct buf *pending = &sink->pending;
	int r;

	if (sink->is_over || leaves_out(sink, kind))
		return 0;
	if (sink->is_closed && !pending->len && lseek(sink->fd, -1, SEEK_CUR) < 0)
		return give_up(sink, -errno);
	/* The comma leads, so that an array cut off is whole up to its last record. */
	if (is_array(sink)) {
		open_array(sink);
		if (sink->has_records)
			buf_append_text(pending, ",\n");
	}
	buf_append(pending, record, len);
	if (sink->framing == SINK_LINES)
		buf_append_char(pending, '\n');
	/* The first has no comma before it, and what opens the array. */
	if (!sink->has_records)
		kind = BACKLOG_KEPT;
	sink->has_records = true;
	if (sink->waiting_max && !sink->gzip) {
		r = queue(sink, kind);
		if (r)
			return give_up(sink, r);
		return backlog_len(&sink->waiting) >= PENDING_MAX ? sink_flush(sink) : 0;
	}
	return pending->error || pending->len >= PENDING_MAX ? sink_flush(sink) : 0;
}

int sink_finish(struct sink *sink)
{
	int r;

	if (!sink->is_over && sink->framing == SINK_ARRAY)
		buf_append_text(&sink->pending, sink->has_records ? "\n]\n" : "[]\n");
	if (!sink->is_over && sink->framing == SINK_CLOSED_ARRAY && !sink->is_sought)
		buf_append_text(&sink->pending, sink->has_records ? "]" : "[]");
	sink->is_last = true;
	r = sink_flush(sink);
	if (sink_is_waiting(sink))
		return r;
	if (sink->owns_fd && sink->fd >= 0) {
		int close_r = close(TAKE_FD(sink->fd)) && errno != EINTR ? -errno : 0;

		if (r == 0 && !sink->is_over)
			r = close_r;
	}
	sink->is_over = true;
	return r;
}

int sink_write_whole(const char *path, const struct buf *text)
{
	AUTO(sink) struct sink *sink = NULL;
	int r = text->error;

	if (r == 0)
		r = path ? sink_open(path, SINK_RAW, &sink)
			 : sink_new(STDOUT_FILENO, SINK_RAW, &sink);
	if (r || !sink)
		return r;
	r = sink_add(sink, text->data, text->len);
	return r ? r : sink_finish(sink);
}
