/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/folded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"
#include "util/idmap.h"
#include "util/units.h"
#include "util/utf8.h"

#define FRAMES_MAX 256 /* what starts itself again and again must not fill the disk */

struct line {
	const char *path; /* once all are there */
	size_t path_at;
	uint64_t cpu_ns;
};

struct folding {
	const struct lives *lives;
	struct idmap by_id;
	struct line *lines; /* owned */
	size_t count;
	size_t room;
	struct buf paths; /* each ends with NUL */
};

static void folding_freep(struct folding *folding)
{
	idmap_done(&folding->by_id);
	free(folding->lines);
	buf_done(&folding->paths);
}

static int index_lives(struct folding *folding)
{
	int r = 0;

	for (size_t i = 0; i < folding->lives->count && !r; i++) {
		struct life *life = &folding->lives->items[i];

		if (life->id)
			r = idmap_put(&folding->by_id, life->id, life);
	}
	return r;
}

/* The name of what a process ran then. */
static size_t comm_at(const struct lives *lives, const struct life *life, int64_t time_ns)
{
	const struct life_program *programs = &lives->programs[life->programs_at];
	size_t i = life->programs_count;

	while (i > 1 && programs[i - 1].start_ns > time_ns)
		i--;
	return i ? programs[i - 1].comm_at : life->comm_at;
}

/* A frame ends at its semicolon, and a path at the last blank. */
static void append_frame(struct buf *buf, const char *comm)
{
	size_t from = buf->len;

	utf8_append_plain(buf, *comm ? comm : "?", *comm ? strlen(comm) : 1);
	for (size_t i = from; i < buf->len && !buf->error; i++)
		if (buf->data[i] == ';')
			buf->data[i] = ':';
}

static void append_path(struct folding *folding, const struct life *life, size_t own_comm_at)
{
	size_t frames[FRAMES_MAX];
	const struct life *mark = life;
	size_t count = 0;

	frames[count++] = own_comm_at;
	while (life->parent_id && count < FRAMES_MAX) {
		const struct life *parent = idmap_get(&folding->by_id, life->parent_id);

		if (!parent)
			break;
		/* In a damaged file: nobody is above who is his own ancestor. */
		if (parent == mark) {
			count = 1;
			break;
		}
		if (!(count & (count - 1)))
			mark = parent;
		frames[count++] = comm_at(folding->lives, parent, life->start_ns);
		life = parent;
	}
	if (count == FRAMES_MAX)
		buf_append_text(&folding->paths, "...;");
	while (count--) {
		append_frame(&folding->paths, lives_text(folding->lives, frames[count]));
		buf_append_char(&folding->paths, count ? ';' : '\0');
	}
}

static int add_line(struct folding *folding, const struct life *life, size_t own_comm_at,
		    uint64_t cpu_ns)
{
	if (cpu_ns == DENET_UNKNOWN || !cpu_ns)
		return 0;
	if (folding->count == folding->room) {
		size_t room = folding->room ? 2 * folding->room : folding->lives->count + 1;
		struct line *grown = array_resize(folding->lines, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		folding->lines = grown;
		folding->room = room;
	}
	folding->lines[folding->count++] =
		(struct line){ .path_at = folding->paths.len, .cpu_ns = cpu_ns };
	append_path(folding, life, own_comm_at);
	return folding->paths.error;
}

static int add_life(struct folding *folding, const struct life *life)
{
	const struct life_program *programs = &folding->lives->programs[life->programs_at];
	int r = 0;

	if (!life->programs_count)
		return add_line(folding, life, life->comm_at, life->cpu_ns);
	for (size_t i = 0; i < life->programs_count && !r; i++)
		r = add_line(folding, life, programs[i].comm_at, programs[i].cpu_ns);
	return r;
}

static int by_path(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void append_sums(struct buf *buf, const struct folding *folding)
{
	size_t i = 0;

	while (i < folding->count) {
		const char *path = folding->lines[i].path;
		uint64_t cpu_ns = 0;

		for (; i < folding->count && strcmp(folding->lines[i].path, path) == 0; i++)
			cpu_ns += folding->lines[i].cpu_ns;
		if (cpu_ns >= NS_PER_US)
			buf_printf(buf, "%s %llu\n", path,
				   (unsigned long long)(cpu_ns / NS_PER_US));
	}
}

int folded_append(struct buf *buf, const struct lives *lives)
{
	AUTO(folding) struct folding folding = { .lives = lives };
	int r = index_lives(&folding);

	for (size_t i = 0; i < lives->count && !r; i++)
		r = add_life(&folding, &lives->items[i]);
	if (r)
		return r;
	for (size_t i = 0; i < folding.count; i++)
		folding.lines[i].path = folding.paths.data + folding.lines[i].path_at;
	if (folding.count)
		qsort(folding.lines, folding.count, sizeof(*folding.lines), by_path);
	append_sums(buf, &folding);
	return buf->error;
}
