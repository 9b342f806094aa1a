/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/suggest.h"

#include <stdint.h>
#include <string.h>

/* Longer than every name of ours: a word beyond this resembles none. */
#define WORD_MAX 40

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between a and b: a letter more, less, another, or two exchanged. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *recycled = before;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = smaller(above[j - 1] + cost, smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = recycled;
	}
	return above[b_len];
}

const char *suggest_nearest(const char *word, const char *const candidates[], size_t count)
{
	size_t word_len = strlen(word);
	size_t best_distance = SIZE_MAX;
	const char *best = NULL;

	if (word_len == 0 || word_len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(candidates[i]);
		size_t distance;

		if (len > WORD_MAX)
			continue;
		/* An abbreviation is as good as one wrong letter. */
		if (word_len >= 2 && strncmp(candidates[i], word, word_len) == 0)
			distance = 1;
		else
			distance = edit_distance(word, word_len, candidates[i], len);
		if (distance < best_distance && distance <= 1 + smaller(word_len, len) / 4) {
			best_distance = distance;
			best = candidates[i];
		}
	}
	return best;
}
