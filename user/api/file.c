/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_reader_* and denet_summary_from_*: what was recorded before. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "denet/denet.h"
#include "util/error.h"
#include "record/schema.h"
#include "record/split.h"
#include "record/stats.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/scan.h"

#define WHY_BYTES 200

struct denet_reader {
	struct split split;
	int fd; /* owned */
	int failure; /* that lasts */
	char *path; /* owned */
	uint64_t skipped;
	struct buf error;
};

static inline void denet_reader_freep(struct denet_reader **reader)
{
	denet_reader_close(*reader);
}

static int new_reader(const char *path, struct denet_reader **ret_reader)
{
	AUTO(denet_reader) struct denet_reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	reader->fd = -1;
	reader->path = strdup(path);
	if (!reader->path)
		return -ENOMEM;
	reader->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	r = reader->fd < 0 ? -errno : split_init(&reader->split, reader->fd);
	if (!r)
		*ret_reader = TAKE(reader);
	return r;
}

int denet_reader_open(const char *path, struct denet_reader **ret_reader, struct denet_error *error)
{
	int r = path ? new_reader(path, ret_reader) : -EINVAL;

	return r ? error_set(error, r, "cannot open '%s': %s", path ? path : "", strerror(-r)) : 0;
}

void denet_reader_close(struct denet_reader *reader)
{
	if (!reader)
		return;
	split_done(&reader->split);
	buf_done(&reader->error);
	if (reader->fd >= 0)
		(void)close(reader->fd);
	free(reader->path);
	free(reader);
}

const char *denet_reader_error(const struct denet_reader *reader)
{
	return buf_text(&reader->error);
}

uint64_t denet_reader_skipped(const struct denet_reader *reader)
{
	return reader->skipped;
}

static int fail(struct denet_reader *reader, int r)
{
	reader->failure = r;
	buf_reset(&reader->error);
	if (r == -EILSEQ)
		buf_printf(&reader->error, "%s:1: binary data", reader->path);
	else
		buf_printf(&reader->error, "%s: %s", reader->path, strerror(-r));
	return r;
}

static int skip(struct denet_reader *reader, const struct split_part *part, const char *why)
{
	reader->skipped++;
	buf_reset(&reader->error);
	buf_printf(&reader->error, "%s:%" PRIu64 ": %s", reader->path, part->line, why);
	return -EBADMSG;
}

/* What its keys mean is not known here. */
static int refuse(struct denet_reader *reader, const struct split_part *part, const char *why)
{
	reader->failure = -EPROTONOSUPPORT;
	buf_reset(&reader->error);
	buf_printf(&reader->error, "%s:%" PRIu64 ": %s", reader->path, part->line, why);
	return reader->failure;
}

int denet_reader_next(struct denet_reader *reader, const char **ret_text, size_t *ret_len)
{
	struct scan_value value;
	struct split_part part;
	char why[SCHEMA_WHY_BYTES];
	int r;

	if (reader->failure)
		return reader->failure;
	r = split_next(&reader->split, &part);
	if (r < 0)
		return fail(reader, r);
	if (!r)
		return 0;
	if (part.is_too_long)
		return skip(reader, &part, "longer than 64 MiB");
	if (scan_document(part.text, part.len, &value) || value.type != SCAN_OBJECT)
		return skip(reader, &part,
			    part.is_ended || part.text[0] != '{' ? "not a JSON object" : "cut off");
	if (schema_check(&value, why, sizeof(why)))
		return refuse(reader, &part, why);
	*ret_text = part.text;
	*ret_len = part.len;
	return 1;
}

static int give_json(const struct stats *stats, char **ret_text, struct denet_error *error)
{
	AUTO(buf) struct buf buf = { 0 };

	stats_append_line(stats, &buf);
	if (buf.error)
		return error_set(error, buf.error, "out of memory");
	*ret_text = TAKE(buf.data);
	return 0;
}

int denet_summary_from_file(const char *path, char **ret_text, struct denet_error *error)
{
	AUTO(stats) struct stats stats = { 0 };
	char why[WHY_BYTES] = "";
	int r = path ? stats_read_file(path, NULL, &stats, why, sizeof(why)) : -EINVAL;

	if (r)
		return error_set(error, r, "%s: %s", path ? path : "(null)",
				 why[0] ? why : strerror(-r));
	return give_json(&stats, ret_text, error);
}

/* What is handed out, and what it points into. */
struct handed_stats {
	struct denet_stats shown;
	struct stats own;
};

static struct handed_stats *handed(const struct denet_stats *stats)
{
	return (struct handed_stats *)(uintptr_t)stats;
}

int denet_stats_read_to(const char *path, const struct denet_observer *observer,
			struct denet_stats **ret_stats, struct denet_error *error)
{
	AUTO_FREE struct handed_stats *stats = calloc(1, sizeof(*stats));
	char why[WHY_BYTES] = "";
	int r = -ENOMEM;

	if (stats)
		r = path ? stats_read_file(path, observer, &stats->own, why, sizeof(why)) : -EINVAL;
	if (r || !stats)
		return error_set(error, r, "%s", why[0] ? why : strerror(-r));
	stats->shown = (struct denet_stats){
		.size = sizeof(stats->shown),
		.summary = &stats->own.summary,
		.has_summary = stats->own.has_summary,
		.is_truncated = stats->own.is_truncated,
		.lines_skipped = stats->own.lines_skipped,
		.skipped_text = stats->own.skipped_text,
		.is_ours = stats->own.is_ours,
		.attached_pid = stats->own.is_attached ? stats->own.root_pid : 0,
	};
	*ret_stats = &TAKE(stats)->shown;
	return 0;
}

int denet_stats_read(const char *path, struct denet_stats **ret_stats, struct denet_error *error)
{
	return denet_stats_read_to(path, NULL, ret_stats, error);
}

void denet_stats_free(struct denet_stats *stats)
{
	if (!stats)
		return;
	stats_done(&handed(stats)->own);
	free(stats);
}

int denet_stats_json(const struct denet_stats *stats, bool is_indented, char **ret_text)
{
	AUTO(buf) struct buf buf = { 0 };

	if (is_indented)
		stats_append_json(&handed(stats)->own, &buf);
	else
		stats_append_line(&handed(stats)->own, &buf);
	if (buf.error)
		return buf.error;
	*ret_text = TAKE(buf.data);
	return 0;
}

static int write_whole(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return lseek(fd, 0, SEEK_SET) ? -errno : 0;
}

/* The reader of files has all the rules; memory can be read as one. Older libraries lack the call. */
static int read_lines(const char *text, size_t len, struct stats *ret_stats, char *why)
{
	AUTO_FD int fd = (int)syscall(SYS_memfd_create, "denet-records", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : write_whole(fd, text, len);

	if (r)
		return r;
	r = stats_read_fd(fd, NULL, ret_stats, why, WHY_BYTES);
	if (r == -ENODATA) {
		stats_of_nothing(ret_stats);
		return 1;
	}
	return r;
}

int denet_summary_from_lines(const char *text, size_t len, double elapsed_s, char **ret_text,
			     struct denet_error *error)
{
	AUTO(stats) struct stats stats = { 0 };
	char why[WHY_BYTES] = "";
	int r = read_lines(text, len, &stats, why);

	if (r < 0)
		return error_set(error, r, "%s", why[0] ? why : strerror(-r));
	if (!r && elapsed_s >= 0)
		stats.summary.total_time_secs = elapsed_s;
	return give_json(&stats, ret_text, error);
}
