/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/notation.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/decimal.h"

#define WORD_BYTES 64

/* One word: a first value, what each of the next has more, and how many of these there are. */
struct step {
	double first;
	double more;
	uint64_t count;
};

static int read_number(const char *text, size_t len, const struct unit *unit, double *ret_number)
{
	char word[WORD_BYTES];

	memcpy(word, text, len);
	word[len] = '\0';
	if (len && strspn(word, "0123456789.") == len)
		return decimal_to_double(word, len, ret_number);
	return unit_parse(unit, word, ret_number);
}

static int read_step(const char *word, const struct unit *unit, struct step *ret_step)
{
	const char *times = strrchr(word, 'x');
	size_t len = times ? (size_t)(times - word) : strlen(word);
	size_t first = strcspn(word, "+-");
	struct step step = { 0 };
	int r = 0;

	if (times)
		r = decimal_to_u64(times + 1, strlen(times + 1), &step.count);
	if (r || step.count > NOTATION_VALUES_MAX)
		return -EINVAL;
	if (len == 1 && (word[0] == '_' || word[0] == '-')) {
		step.first = word[0] == '_' ? (double)NAN : (double)INFINITY;
		*ret_step = step;
		return 0;
	}
	if (first < len) {
		r = read_number(word + first + 1, len - first - 1, unit, &step.more);
		step.more = word[first] == '-' ? -step.more : step.more;
	}
	if (!r)
		r = read_number(word, first < len ? first : len, unit, &step.first);
	*ret_step = step;
	return r;
}

static int add_step(struct notation *notation, const struct step *step)
{
	size_t count = notation->count + (size_t)step->count + 1;
	double *values;

	if (count > NOTATION_VALUES_MAX)
		return -EINVAL;
	values = array_resize(notation->values, count, sizeof(*values));
	if (!values)
		return -ENOMEM;
	notation->values = values;
	for (size_t i = 0; i <= step->count; i++)
		values[notation->count++] = step->first + (double)i * step->more;
	return 0;
}

/* Returns what is behind it and blanks. */
static const char *take_word(const char *text, char ret_word[WORD_BYTES])
{
	size_t len = strcspn(text, " \n");

	memcpy(ret_word, text, len < WORD_BYTES ? len : WORD_BYTES - 1);
	ret_word[len < WORD_BYTES ? len : WORD_BYTES - 1] = '\0';
	text += len;
	return text + strspn(text, " \n");
}

int notation_read(const struct config_word *word, const struct unit *unit, struct faults *faults,
		  struct notation *ret_notation)
{
	const char *text = word->text + strspn(word->text, " \n");
	int r = *text ? 0 : -EINVAL;
	char part[WORD_BYTES] = "";

	while (*text && !r) {
		struct step step;

		text = take_word(text, part);
		r = read_step(part, unit, &step);
		if (!r)
			r = add_step(ret_notation, &step);
	}
	if (r && r != -ENOMEM) {
		faults_add(
			faults, word->place,
			"'values' wants up to %d of '80', '80x3', '80+5x3', '_' and '-', not '%s'",
			NOTATION_VALUES_MAX, part);
		return 0;
	}
	return r;
}

void notation_done(struct notation *notation)
{
	free(notation->values);
	*notation = (struct notation){ 0 };
}
