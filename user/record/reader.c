/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/row_members.h"
#include "record/schema.h"
#include "record/split.h"
#include "util/cleanup.h"

struct reader {
	struct split split;
	struct buf strings; /* those of the last row */
	struct reader_state state;
	bool wants_members;
};

int reader_new(int fd, struct reader **ret_reader)
{
	AUTO(reader) struct reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	r = split_init(&reader->split, fd);
	if (r)
		return r;
	*ret_reader = TAKE(reader);
	return 0;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	split_done(&reader->split);
	buf_done(&reader->strings);
	free(reader);
}

const struct reader_state *reader_state(const struct reader *reader)
{
	return &reader->state;
}

/* Of metadata alone. What the figures of another schema mean is not known here. */
static int check_schema(struct reader *reader, const struct split_part *part)
{
	struct reader_state *state = &reader->state;
	struct scan_value record;
	char why[SCHEMA_WHY_BYTES];
	int r = scan_document(part->text, part->len, &record);

	if (!r)
		r = schema_check(&record, why, sizeof(why));
	if (r)
		(void)snprintf(state->text, sizeof(state->text), "line %" PRIu64 ": %s", part->line,
			       why);
	return r;
}

static int fail(struct reader *reader, int error)
{
	struct reader_state *state = &reader->state;

	if (error == -EPROTONOSUPPORT)
		return error;
	if (error == -EILSEQ)
		(void)snprintf(state->text, sizeof(state->text), "line 1: binary data");
	else
		(void)snprintf(state->text, sizeof(state->text), "cannot read: %s",
			       strerror(-error));
	return error;
}

static void skip(struct reader *reader, const struct split_part *part, const char *reason)
{
	struct reader_state *state = &reader->state;

	state->lines_skipped++;
	if (!state->text[0])
		(void)snprintf(state->text, sizeof(state->text), "line %" PRIu64 ": %s", part->line,
			       reason);
}

static const char *reason_for(int error, const struct split_part *part)
{
	switch (error) {
	case -EFBIG:
		return "longer than 64 MiB";
	case -EINVAL:
		return "a sample without all its figures";
	default:
		return part->is_ended || part->text[0] != '{' ? "not a JSON object" : "cut off";
	}
}

void reader_serve(struct reader *reader, const struct denet_observer *observer)
{
	reader->wants_members = observer &&
				observer->size > offsetof(struct denet_observer, wants_members) &&
				observer->wants_members;
}

/* 1 when the part is a row, 0 when it is passed over. */
static int read_part(struct reader *reader, const struct split_part *part, struct row *ret_row)
{
	int r = -EFBIG;

	if (!part->is_too_long)
		r = row_read(part->text, part->len, &reader->strings, ret_row);
	if (r > 0 && reader->wants_members && ret_row->kind == ROW_TREE)
		r = row_members_read(part->text, part->len, &reader->strings, ret_row);
	if (r > 0 && ret_row->kind == ROW_METADATA) {
		int error = check_schema(reader, part);

		r = error ? error : r;
	}
	if (r >= 0 || r == -ENOMEM || r == -EPROTONOSUPPORT)
		return r;

	skip(reader, part, reason_for(r, part));
	if (r == -EBADMSG && !part->is_ended)
		reader->state.is_truncated = true;
	return 0;
}

/* What else seems wrong then comes of it. */
static void note_cut(struct reader *reader)
{
	struct reader_state *state = &reader->state;

	state->is_truncated = true;
	if (split_is_damaged(&reader->split))
		(void)snprintf(state->text, sizeof(state->text), "its packed data is damaged");
}

int reader_next(struct reader *reader, struct row *ret_row)
{
	struct split_part part;
	int r = 0;

	while (!r) {
		r = split_next(&reader->split, &part);
		if (r < 0)
			return fail(reader, r);
		if (!r)
			break;
		r = read_part(reader, &part, ret_row);
		if (r < 0)
			return fail(reader, r);
	}
	if (!r && split_is_cut(&reader->split))
		note_cut(reader);
	return r;
}
