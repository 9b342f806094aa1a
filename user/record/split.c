/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/gzip.h"

int split_init(struct split *split, int fd)
{
	*split = (struct split){ .fd = fd, .line = 1 };
	split->chunk = malloc(SPLIT_CHUNK_BYTES);
	return split->chunk ? 0 : -ENOMEM;
}

void split_done(struct split *split)
{
	buf_done(&split->part);
	gzip_unpack_free(split->gunzip);
	split->gunzip = NULL;
	free(split->chunk);
	split->chunk = NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int read_plain(struct split *split, size_t *ret_len)
{
	ssize_t count;

	do {
		count = read(split->fd, split->chunk, SPLIT_CHUNK_BYTES);
	} while (count < 0 && errno == EINTR);
	*ret_len = count < 0 ? 0 : (size_t)count;
	return count < 0 ? -errno : 0;
}

static int read_chunk(struct split *split, size_t *ret_len)
{
	int r;

	if (split->gunzip)
		return gzip_unpack_read(split->gunzip, split->chunk, SPLIT_CHUNK_BYTES, ret_len);
	r = read_plain(split, ret_len);
	if (r || split->bytes_read || !gzip_is_magic(split->chunk, *ret_len))
		return r;
	r = gzip_unpack_new(split->fd, split->chunk, *ret_len, &split->gunzip);
	return r ? r : gzip_unpack_read(split->gunzip, split->chunk, SPLIT_CHUNK_BYTES, ret_len);
}

/* By the first line: zeros further down are what a crash has left of some records, and the others are whole. */
static bool is_binary(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	return memchr(text, '\0', end ? (size_t)(end - text) : len);
}

static int refill(struct split *split)
{
	size_t count;
	int r = read_chunk(split, &count);

	if (r)
		return r;
	if (!split->bytes_read && is_binary(split->chunk, count))
		return -EILSEQ;

	split->chunk_at = 0;
	split->chunk_len = count;
	split->bytes_read += count;
	split->is_at_end = !count;
	return 0;
}

/* Leading space is dropped, so that the part's line is that of its first character. */
static void collect(struct split *split, const char *text, size_t len)
{
	if (!split->part.len && !split->is_too_long) {
		while (len && is_space(*text)) {
			split->line += *text == '\n';
			text++;
			len--;
		}
		split->part_line = split->line;
	}
	if (len > SPLIT_PART_MAX_BYTES - split->part.len) {
		split->is_too_long = true;
		buf_reset(&split->part);
	}
	if (!split->is_too_long)
		buf_append(&split->part, text, len);
	for (size_t i = 0; i < len; i++)
		split->line += text[i] == '\n';
}

/* Takes from the chunk what belongs to this line; true when that ends it. */
static bool take_line(struct split *split)
{
	const char *from = split->chunk + split->chunk_at;
	size_t len = split->chunk_len - split->chunk_at;
	const char *end = memchr(from, '\n', len);

	if (end)
		len = (size_t)(end - from);
	collect(split, from, len);
	split->chunk_at += len;
	if (!end)
		return false;
	split->chunk_at++;
	split->line++;
	return true;
}

/* One character inside an element; true when it is the one behind it. */
static bool step_element(struct split *split, char c)
{
	if (split->is_in_string) {
		if (split->is_escaped)
			split->is_escaped = false;
		else if (c == '\\')
			split->is_escaped = true;
		else if (c == '"')
			split->is_in_string = false;
		return false;
	}
	if (c == '"')
		split->is_in_string = true;
	else if (!split->depth && (c == ',' || c == ']'))
		return true;
	else if (c == '{' || c == '[')
		split->depth++;
	else if (split->depth && (c == '}' || c == ']'))
		split->depth--;
	return false;
}

static bool take_element(struct split *split)
{
	size_t from = split->chunk_at;
	size_t at = from;
	bool is_ended = false;

	while (at < split->chunk_len && !is_ended)
		is_ended = step_element(split, split->chunk[at++]);

	split->chunk_at = at;
	collect(split, split->chunk + from, at - from - is_ended);
	if (is_ended && split->chunk[at - 1] == ']')
		split->mode = SPLIT_START;
	return is_ended;
}

/*
 * Decides between lines and an array. A '[' counts only with an object or a ']' behind it, so
 * that a line of log such as "[1/7] compiling" does not.
 */
static void choose_mode(struct split *split)
{
	for (; split->chunk_at < split->chunk_len; split->chunk_at++) {
		char c = split->chunk[split->chunk_at];

		if (is_space(c)) {
			split->line += c == '\n';
		} else if (split->mode == SPLIT_START && c == '[') {
			split->mode = SPLIT_BRACKET;
		} else if (split->mode == SPLIT_BRACKET && (c == '{' || c == ']')) {
			split->mode = SPLIT_ARRAY;
			return;
		} else {
			if (split->mode == SPLIT_BRACKET)
				collect(split, "[", 1);
			split->mode = SPLIT_LINES;
			return;
		}
	}
}

/* Hands out what was collected; false when that is nothing. */
static bool hand_out(struct split *split, bool is_ended, struct split_part *ret_part)
{
	if (!split->part.len && !split->is_too_long)
		return false;
	*ret_part = (struct split_part){
		.text = buf_text(&split->part),
		.len = split->part.len,
		.line = split->part_line,
		.is_ended = is_ended,
		.is_too_long = split->is_too_long,
	};
	return true;
}

static void begin_part(struct split *split)
{
	buf_reset(&split->part);
	split->depth = 0;
	split->is_in_string = false;
	split->is_escaped = false;
	split->is_too_long = false;
}

int split_next(struct split *split, struct split_part *ret_part)
{
	bool is_ended = false;

	begin_part(split);
	while (!split->is_at_end) {
		if (split->chunk_at == split->chunk_len) {
			int r = refill(split);

			if (r)
				return r;
		} else if (split->mode == SPLIT_LINES) {
			is_ended = take_line(split);
		} else if (split->mode == SPLIT_ARRAY) {
			is_ended = take_element(split);
		} else {
			choose_mode(split);
		}

		if (split->part.error)
			return split->part.error;
		if (is_ended && hand_out(split, true, ret_part))
			return 1;
		if (is_ended)
			begin_part(split);
		is_ended = false;
	}
	return hand_out(split, false, ret_part);
}

bool split_is_damaged(const struct split *split)
{
	return split->gunzip && gzip_unpack_is_damaged(split->gunzip);
}

bool split_is_cut(const struct split *split)
{
	return split->mode == SPLIT_ARRAY || split->mode == SPLIT_BRACKET ||
	       (split->gunzip && gzip_unpack_is_cut(split->gunzip));
}
