/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "config/faults.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "util/buf.h"
#include "util/cleanup.h"

void faults_done(struct faults *faults)
{
	for (size_t i = 0; i < FAULTS_MAX; i++)
		free(faults->items[i]);
	*faults = (struct faults){ 0 };
}

static bool is_behind(const struct place *place, const struct place *other)
{
	if (place->line != other->line)
		return place->line > other->line;
	return place->column > other->column;
}

/* Takes the text. In the order of their places, and of one place in that in which they were found. */
static void insert(struct faults *faults, struct place place, char *text)
{
	size_t at = faults->count++;

	for (; at && is_behind(&faults->places[at - 1], &place); at--) {
		faults->items[at] = faults->items[at - 1];
		faults->places[at] = faults->places[at - 1];
	}
	faults->items[at] = text;
	faults->places[at] = place;
}

void faults_add(struct faults *faults, struct place place, const char *format, ...)
{
	AUTO(buf) struct buf text = { 0 };
	va_list args;

	if (faults_are_many(faults))
		return;
	buf_append_text(&text, place.name);
	if (place.line)
		buf_printf(&text, ":%zu:%zu", place.line, place.column);
	buf_append_text(&text, ": ");
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	if (text.error)
		faults->is_without_memory = true;
	else
		insert(faults, place, TAKE(text.data));
}

int faults_result(const struct faults *faults)
{
	if (faults->is_without_memory)
		return -ENOMEM;
	return faults->count ? -EINVAL : 0;
}
