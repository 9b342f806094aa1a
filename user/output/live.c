/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/live.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "output/text.h"
#include "util/cleanup.h"
#include "output/human.h"

#define COLUMNS_MIN 20
#define MIB_KB 1024
/* /dev/null */
#define NULL_MAJOR 1
#define NULL_MINOR 3
#define GAP "   "

/* A line under construction: what no longer fits is left out, part by part. */
struct line {
	struct buf *buf;
	const struct term_style *style;
	size_t columns;
	size_t room;
	bool is_full; /* a part was left out: so are all behind it */
	bool has_parts;
};

static bool is_known(uint64_t value)
{
	return value != DENET_UNKNOWN;
}

static void add_part(struct line *line, const char *separator, const char *label,
		     enum term_tone tone, const char *value)
{
	size_t width = text_width(label) + text_width(value);

	if (line->has_parts)
		width += strlen(separator);
	if (line->is_full || line->columns + width > line->room) {
		line->is_full = true;
		return;
	}
	if (line->has_parts)
		buf_append_text(line->buf, separator);
	buf_append_text(line->buf, label);
	term_append(line->buf, line->style, tone, value);
	line->columns += width;
	line->has_parts = true;
}

static enum term_tone heat(double value, double warm, double hot)
{
	if (value < warm)
		return TONE_GOOD;
	return value < hot ? TONE_WARN : TONE_BAD;
}

static void add_pair(struct line *line, const char *label, uint64_t in, const char *in_word,
		     uint64_t out, const char *out_word)
{
	AUTO(buf) struct buf text = { 0 };

	if (!is_known(in) || !is_known(out))
		return;
	buf_printf(&text, "%s %s %s %s", human_bytes(in).text, in_word, human_bytes(out).text,
		   out_word);
	add_part(line, GAP, label, TONE_BAR, buf_text(&text));
}

static void add_count(struct line *line, uint64_t count, const char *one, const char *many)
{
	char text[48];

	if (!is_known(count))
		return;
	(void)snprintf(text, sizeof(text), "%s %s", human_count(count).text,
		       count == 1 ? one : many);
	add_part(line, GAP, "", TONE_PLAIN, text);
}

/* In the words of the summary. */
static void add_figures(struct line *line, const struct denet_tree *tree, bool root_alone,
			bool is_over)
{
	const struct denet_sample *sample = root_alone ? &tree->parent : &tree->aggregated;
	char value[32];

	(void)snprintf(value, sizeof(value), "%.2f cores", sample->cpu_usage / 100);
	add_part(line, GAP, "cpu ", heat(sample->cpu_usage, 10, 50), value);
	if (is_known(sample->mem_rss_kb) && !is_over)
		add_part(line, GAP, "memory ",
			 heat((double)sample->mem_rss_kb, 100 * MIB_KB, 500 * MIB_KB),
			 human_kib(sample->mem_rss_kb).text);
	if (!is_over && !root_alone)
		add_count(line, tree->process_count, "process", "processes");
	if (!is_over)
		add_count(line, sample->thread_count, "thread", "threads");
	add_pair(line, "disk ", sample->used.disk_read_bytes, "read", sample->used.disk_write_bytes,
		 "written");
	add_pair(line, "network ", sample->sys_net_rx_bytes, "received", sample->sys_net_tx_bytes,
		 "sent");
}

void live_append_compact(struct buf *buf, const struct term_style *style,
			 const struct denet_tree *tree, bool root_alone, uint64_t elapsed_ms)
{
	struct line line = { .buf = buf, .style = style, .room = style->columns };
	char text[48];

	(void)snprintf(text, sizeof(text), "%" PRIu64 " s", elapsed_ms / 1000);
	add_part(&line, "", text, TONE_PLAIN, "");
	/* At the end it stays as it was last, for the moment until it is taken away. */
	add_figures(&line, tree, root_alone, false);
}

void live_append_full(struct buf *buf, const struct term_style *style,
		      const struct denet_tree *tree, bool root_alone)
{
	const struct denet_sample *sample = root_alone ? &tree->parent : &tree->aggregated;
	bool is_over = root_alone ? tree->parent_is_over : tree->aggregated_is_over;
	struct line line = { .buf = buf, .style = style, .room = SIZE_MAX };
	char text[48];

	if (is_known(sample->uptime_secs)) {
		(void)snprintf(text, sizeof(text), "%" PRIu64 " s", sample->uptime_secs);
		add_part(&line, "", "", TONE_PLAIN, text);
	}
	/* What has ended holds nothing any more. */
	add_figures(&line, tree, root_alone, is_over);
}

/* The last column stays free: writing there would wrap on some terminals. */
static size_t room_on(int fd)
{
	size_t columns = term_columns(fd);

	return columns > COLUMNS_MIN ? columns - 1 : COLUMNS_MIN - 1;
}

static void open_at(struct live *live, enum live_place place, int fd, enum term_color color)
{
	*live = (struct live){ .place = place, .fd = fd };
	term_style_detect(fd, place == LIVE_TITLE ? TERM_COLOR_NEVER : color, &live->style);
}

void live_open(struct live *live, enum term_color color)
{
	AUTO_FD int fd = -1;

	if (isatty(STDERR_FILENO))
		fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd >= 0)
		open_at(live, LIVE_LINE, TAKE_FD(fd), color);
}

/* What is written there comes to no terminal, unless somebody else takes it there. */
static bool is_kept_from_screens(int fd)
{
	struct stat info;

	if (fstat(fd, &info))
		return true;
	return S_ISREG(info.st_mode) ||
	       (S_ISCHR(info.st_mode) && info.st_rdev == makedev(NULL_MAJOR, NULL_MINOR));
}

void live_open_beside(struct live *live, enum term_color color)
{
	AUTO_FD int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return;
	if (is_kept_from_screens(STDOUT_FILENO) && is_kept_from_screens(STDERR_FILENO))
		open_at(live, LIVE_LINE, TAKE_FD(fd), color);
	else if (term_has_titles())
		open_at(live, LIVE_TITLE, TAKE_FD(fd), color);
}

void live_done(struct live *live)
{
	buf_done(&live->line);
	if (live->place != LIVE_NOWHERE)
		(void)close(live->fd);
	live->place = LIVE_NOWHERE;
}

/* In the background the screen is somebody else's. Where there is no terminal nobody has it. */
static bool is_screen_ours(int fd)
{
	pid_t foreground = tcgetpgrp(fd);

	return foreground < 0 || foreground == getpgrp();
}

/* A line that could not be shown is no loss: the next one comes. */
static bool write_line(const struct live *live)
{
	struct pollfd screen = { .fd = live->fd, .events = POLLOUT };
	const struct buf *line = &live->line;

	/* One that was stopped by Ctrl-S would keep us waiting. */
	if (line->error || !is_screen_ours(live->fd) || poll(&screen, 1, 0) != 1)
		return false;
	return write(live->fd, line->data, line->len) == (ssize_t)line->len;
}

static void append_wipe(const struct live *live, struct buf *buf)
{
	buf_append_char(buf, '\r');
	if (live->style.has_erase) {
		buf_append_text(buf, "\033[K");
		return;
	}
	buf_append_repeated(buf, ' ', live->shown_columns);
	buf_append_char(buf, '\r');
}

/* The title that was there is put aside first; terminals that cannot do so go on. */
static void append_title(const struct live *live, struct buf *buf, const char *text)
{
	if (!live->is_shown)
		buf_append_text(buf, "\033[22;2t");
	buf_printf(buf, "\033]2;%s\033\\", text);
}

void live_show(struct live *live, const struct denet_tree *tree, bool root_alone,
	       uint64_t elapsed_ms)
{
	AUTO(buf) struct buf text = { 0 };

	if (live->place == LIVE_NOWHERE)
		return;
	live->style.columns = room_on(live->fd);
	live_append_compact(&text, &live->style, tree, root_alone, elapsed_ms);
	buf_reset(&live->line);
	if (live->place == LIVE_TITLE) {
		append_title(live, &live->line, buf_text(&text));
	} else {
		append_wipe(live, &live->line);
		buf_append_text(&live->line, buf_text(&text));
	}
	if (!write_line(live))
		return;
	live->is_shown = true;
	live->shown_columns = live->style.columns;
}

void live_clear(struct live *live)
{
	if (!live->is_shown)
		return;
	buf_reset(&live->line);
	if (live->place == LIVE_TITLE)
		buf_append_text(&live->line, "\033]2;\033\\\033[23;2t");
	else
		append_wipe(live, &live->line);
	(void)write_line(live);
	live->is_shown = false;
	live->shown_columns = 0;
}
