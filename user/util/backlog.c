/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/backlog.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define COMPACT_MIN 65536 /* less than this is not worth the move */

void backlog_done(struct backlog *backlog)
{
	buf_done(&backlog->bytes);
	free(backlog->pieces);
	*backlog = (struct backlog){ 0 };
}

size_t backlog_len(const struct backlog *backlog)
{
	return backlog->bytes.len - backlog->gone;
}

const char *backlog_bytes(const struct backlog *backlog)
{
	return buf_text(&backlog->bytes) + backlog->gone;
}

/* What is written makes room when it is most of all. */
static void compact(struct backlog *backlog)
{
	struct buf *bytes = &backlog->bytes;
	size_t count = backlog->end - backlog->first;

	if (backlog->first > count) {
		memmove(backlog->pieces, backlog->pieces + backlog->first,
			count * sizeof(*backlog->pieces));
		backlog->first = 0;
		backlog->end = count;
	}
	if (backlog->gone < COMPACT_MIN || backlog->gone < backlog_len(backlog))
		return;
	bytes->len -= backlog->gone;
	memmove(bytes->data, bytes->data + backlog->gone, bytes->len);
	backlog->gone = 0;
}

int backlog_add(struct backlog *backlog, enum backlog_kind kind, const char *bytes, size_t len)
{
	compact(backlog);
	if (backlog->end == backlog->room) {
		size_t room = backlog->room ? 2 * backlog->room : 64;
		void *grown = array_resize(backlog->pieces, room, sizeof(*backlog->pieces));

		if (!grown)
			return -ENOMEM;
		backlog->pieces = grown;
		backlog->room = room;
	}
	buf_append(&backlog->bytes, bytes, len);
	if (backlog->bytes.error)
		return backlog->bytes.error;
	backlog->pieces[backlog->end++] = (struct backlog_piece){ .len = len, .kind = kind };
	return 0;
}

void backlog_take(struct backlog *backlog, size_t len)
{
	backlog->gone += len;
	backlog->begun += len;
	while (backlog->first < backlog->end &&
	       backlog->begun >= backlog->pieces[backlog->first].len)
		backlog->begun -= backlog->pieces[backlog->first++].len;
	if (backlog->first < backlog->end)
		return;
	backlog->first = backlog->end = backlog->gone = 0;
	buf_reset(&backlog->bytes);
}

/* Of what has been begun the rest has to follow. */
static size_t first_whole(const struct backlog *backlog)
{
	return backlog->first + (backlog->begun > 0);
}

static size_t count_samples(const struct backlog *backlog)
{
	size_t count = 0;

	for (size_t i = first_whole(backlog); i < backlog->end; i++)
		count += backlog->pieces[i].kind == BACKLOG_SAMPLE;
	return count;
}

/* What goes on in one pass over the pieces. */
struct pass {
	size_t samples; /* that there are */
	size_t seen; /* of them */
	size_t surplus; /* bytes of events to be dropped */
};

static bool goes(struct pass *pass, const struct backlog_piece *piece)
{
	size_t at;

	switch (piece->kind) {
	case BACKLOG_SAMPLE:
		at = pass->seen++;
		return at % 2 && at + 1 < pass->samples;
	case BACKLOG_EVENT:
		if (!pass->surplus)
			return false;
		pass->surplus -= piece->len < pass->surplus ? piece->len : pass->surplus;
		return true;
	default:
		return false;
	}
}

/* Closes the gaps that the dropped leave. */
static void drop(struct backlog *backlog, struct pass pass)
{
	size_t whole = first_whole(backlog), to = whole, from_byte = backlog->gone, to_byte;
	char *data = backlog->bytes.data;

	if (whole > backlog->first)
		from_byte += backlog->pieces[backlog->first].len - backlog->begun;
	to_byte = from_byte;
	for (size_t i = whole; i < backlog->end; i++) {
		struct backlog_piece piece = backlog->pieces[i];

		if (goes(&pass, &piece)) {
			backlog->lost++;
		} else {
			memmove(data + to_byte, data + from_byte, piece.len);
			to_byte += piece.len;
			backlog->pieces[to++] = piece;
		}
		from_byte += piece.len;
	}
	backlog->end = to;
	backlog->bytes.len = to_byte;
}

/* Some more than has to go, so that not each further record moves all that wait. */
void backlog_bound(struct backlog *backlog, size_t bytes_max)
{
	size_t samples = count_samples(backlog);

	while (backlog_len(backlog) > bytes_max && samples > 2) {
		drop(backlog, (struct pass){ .samples = samples });
		samples = count_samples(backlog);
	}
	if (backlog_len(backlog) > bytes_max)
		drop(backlog, (struct pass){
				      .surplus = backlog_len(backlog) - bytes_max + bytes_max / 4,
			      });
}
