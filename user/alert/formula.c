/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/formula.h"

#include <errno.h>
#include <string.h>

#include "config/value.h"
#include "util/suggest.h"
#include "util/units.h"

#define WINDOW_MAX_NS (86400 * NS_PER_S)
#define PART_BYTES 64

static const char *const functions[] = {
	[FORMULA_NOW] = "",    [FORMULA_RATE] = "rate", [FORMULA_P50] = "p50",
	[FORMULA_P95] = "p95", [FORMULA_P99] = "p99",	[FORMULA_MIN] = "min",
	[FORMULA_MAX] = "max", [FORMULA_MEAN] = "mean",
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))
#define LETTERS "abcdefghijklmnopqrstuvwxyz_0123456789"

/* A word and what is behind it and blanks. */
static const char *take_word(const char *text, char ret_word[PART_BYTES])
{
	size_t len;

	text += strspn(text, " ");
	len = strspn(text, LETTERS);
	len = len < PART_BYTES ? len : PART_BYTES - 1;
	memcpy(ret_word, text, len);
	ret_word[len] = '\0';
	text += len;
	return text + strspn(text, " ");
}

static int refuse(const struct config_word *word, struct faults *faults)
{
	faults_add(faults, word->place,
		   "'metric' wants a metric, or rate(metric), or p95(metric, 5m), not '%.60s'",
		   word->text);
	return -EINVAL;
}

static int find_function(const struct config_word *word, const char *name,
			 enum formula_function *ret_function, struct faults *faults)
{
	const char *nearest = suggest_nearest(name, functions + 1, FUNCTIONS - 1);

	for (unsigned int i = 1; i < FUNCTIONS; i++)
		if (strcmp(name, functions[i]) == 0) {
			*ret_function = i;
			return 0;
		}
	faults_add(faults, word->place, "'metric' knows no function '%.60s'%s%s%s", name,
		   nearest ? ", did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return -EINVAL;
}

/* ", 5m", or nothing for a rate. */
static int take_window(const struct config_word *word, const char **text, struct formula *formula,
		       struct faults *faults)
{
	char part[PART_BYTES];
	double number;
	int r;

	if (**text != ',' && formula->function == FORMULA_RATE)
		return 0;
	if (**text != ',') {
		faults_add(faults, word->place, "'%s' wants a time, as in %s(%s, 5m)",
			   functions[formula->function], functions[formula->function],
			   formula->key);
		return -EINVAL;
	}
	*text = take_word(*text + 1, part);
	r = value_parse(VALUE_TIME, part, &number, &formula->window_ns);
	if (!r && formula->window_ns && formula->window_ns <= WINDOW_MAX_NS)
		return 0;
	faults_add(faults, word->place, "'metric' wants a time up to 1d behind the comma, not '%s'",
		   part);
	return -EINVAL;
}

int formula_parse(const struct config_word *word, struct formula *ret_formula,
		  struct faults *faults)
{
	struct formula formula = { 0 };
	char name[PART_BYTES];
	const char *text = take_word(word->text, name);
	int r = 0;

	if (*text == '(') {
		r = find_function(word, name, &formula.function, faults);
		text = r ? text : take_word(text + 1, name);
	}
	if (r)
		return r;
	memcpy(formula.key, name, sizeof(formula.key));
	if (formula.function) {
		r = *name ? take_window(word, &text, &formula, faults) : refuse(word, faults);
		if (r)
			return r;
		if (*text++ != ')')
			return refuse(word, faults);
	}
	if (!*name || text[strspn(text, " ")])
		return refuse(word, faults);
	*ret_formula = formula;
	return 0;
}
