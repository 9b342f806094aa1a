/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/ends.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_BYTES 28 /* " other:" and any number */

static bool is_signal(uint16_t way)
{
	return way & 0x7f;
}

static unsigned int number_of(uint16_t way)
{
	return is_signal(way) ? way & 0x7fu : way >> 8u;
}

void ends_add(struct ends *ends, uint16_t way, uint64_t count)
{
	size_t i = 0;

	if (!count || !way)
		return;
	while (i < ENDS_MAX && ends->ways[i] && ends->ways[i] != way)
		i++;
	if (i == ENDS_MAX) {
		ends->others[is_signal(way)] += count;
		return;
	}
	ends->ways[i] = way;
	ends->counts[i] += count;
}

void ends_include(struct ends *ends, const struct ends *other)
{
	for (size_t i = 0; i < ENDS_MAX; i++)
		ends_add(ends, other->ways[i], other->counts[i]);
	for (size_t i = 0; i < 2; i++)
		ends->others[i] += other->others[i];
}

struct way {
	unsigned int number;
	uint64_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct way *one = a, *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return one->number < other->number ? -1 : one->number > other->number;
}

/* Appends whole entries alone. */
static size_t append(char *text, size_t len, const char *name, uint64_t count)
{
	int more = snprintf(text + len, ENDS_TEXT_BYTES - len, "%s%s:%" PRIu64, len ? " " : "",
			    name, count);

	return len + (size_t)more;
}

static const char *tell(const struct ends *ends, bool of_signals, char text[ENDS_TEXT_BYTES])
{
	struct way ways[ENDS_MAX];
	uint64_t others = ends->others[of_signals];
	size_t count = 0, len = 0;

	for (size_t i = 0; i < ENDS_MAX && ends->ways[i]; i++)
		if (is_signal(ends->ways[i]) == of_signals)
			ways[count++] = (struct way){ number_of(ends->ways[i]), ends->counts[i] };
	qsort(ways, count, sizeof(ways[0]), by_count);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "%u", ways[i].number);
		if (len + 2 * OTHER_BYTES < ENDS_TEXT_BYTES)
			len = append(text, len, name, ways[i].count);
		else
			others += ways[i].count;
	}
	if (others)
		len = append(text, len, "other", others);
	return len ? text : NULL;
}

const char *ends_tell_statuses(struct ends *ends)
{
	return tell(ends, false, ends->statuses);
}

const char *ends_tell_signals(struct ends *ends)
{
	return tell(ends, true, ends->signals);
}
