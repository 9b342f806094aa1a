/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sweep.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/quote.h"
#include "util/words.h"

/* Where the making of the plan stands. */
struct maker {
	const struct options *options;
	struct bench_plan *plan;
	struct sweep sweeps[SWEEPS_MAX];
	size_t at[SWEEPS_MAX]; /* which value of each */
	size_t count;
};

static void entry_done(struct bench_entry *entry)
{
	free(entry->text);
	free(entry->argv);
	free(entry->prepare);
	free(entry->parameters);
}

void bench_plan_free(struct bench_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->count; i++)
		entry_done(&plan->entries[i]);
	free(plan->entries);
	free(plan);
}

/* Pointers to these texts and a NULL, in one piece with copies of them. */
static int copy_words(const char *const texts[], size_t count, char ***ret_words)
{
	size_t bytes = 0;
	char **words;
	char *to;

	for (size_t i = 0; i < count; i++)
		bytes += strlen(texts[i]) + 1;
	words = calloc(1, (count + 1) * sizeof(*words) + bytes);
	if (!words)
		return -ENOMEM;
	to = (char *)(words + count + 1);
	for (size_t i = 0; i < count; i++) {
		words[i] = to;
		memcpy(to, texts[i], strlen(texts[i]) + 1);
		to += strlen(texts[i]) + 1;
	}
	*ret_words = words;
	return 0;
}

static int for_shell(const char *line, char ***ret_words)
{
	const char *const texts[] = { "/bin/sh", "-c", line };

	return copy_words(texts, sizeof(texts) / sizeof(texts[0]), ret_words);
}

static void fill(const struct maker *maker, const char *text, struct buf *buf)
{
	sweep_append(buf, text, maker->sweeps, maker->count, maker->at);
}

static int take_line(const struct maker *maker, const char *line, struct bench_entry *entry)
{
	AUTO(buf) struct buf text = { 0 };

	fill(maker, line, &text);
	if (text.error)
		return text.error;
	entry->text = strdup(buf_text(&text));
	if (!entry->text)
		return -ENOMEM;
	return maker->options->no_shell ? words_split(entry->text, &entry->argv)
					: for_shell(entry->text, &entry->argv);
}

/* What stands behind "--". */
static int take_arguments(const struct maker *maker, struct bench_entry *entry)
{
	char *const *given = maker->options->argv;
	AUTO(buf) struct buf bytes = { 0 };
	AUTO(buf) struct buf text = { 0 };
	AUTO_FREE const char **words = NULL;
	size_t count = 0, at = 0;
	int r;

	for (; given[count]; count++) {
		fill(maker, given[count], &bytes);
		buf_append_char(&bytes, '\0');
	}
	words = calloc(count + 1, sizeof(*words));
	if (!words || bytes.error)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++, at += strlen(bytes.data + at) + 1)
		words[i] = bytes.data + at;
	r = copy_words(words, count, &entry->argv);
	if (r)
		return r;
	quote_append_words(&text, entry->argv);
	entry->text = strdup(buf_text(&text));
	return entry->text && !text.error ? 0 : -ENOMEM;
}

static int take_prepare(const struct maker *maker, struct bench_entry *entry)
{
	AUTO(buf) struct buf text = { 0 };

	if (!maker->options->prepare)
		return 0;
	fill(maker, maker->options->prepare, &text);
	return text.error ? text.error : for_shell(buf_text(&text), &entry->prepare);
}

/* The structs, and behind them their texts. */
static int take_parameters(const struct maker *maker, struct bench_entry *entry)
{
	size_t bytes = 0;
	char *to;

	for (size_t i = 0; i < maker->count; i++)
		bytes += maker->sweeps[i].name.len + maker->sweeps[i].values.len + 2;
	entry->parameters = calloc(1, maker->count * sizeof(*entry->parameters) + bytes + 1);
	if (!entry->parameters)
		return -ENOMEM;
	to = (char *)(entry->parameters + maker->count);
	for (size_t i = 0; i < maker->count; i++) {
		struct parse_span value = sweep_value(&maker->sweeps[i], maker->at[i]);
		const char *name = to;

		memcpy(to, maker->sweeps[i].name.at, maker->sweeps[i].name.len);
		to += maker->sweeps[i].name.len + 1;
		entry->parameters[i] = (struct bench_parameter){ name, to };
		memcpy(to, value.at, value.len);
		to += value.len + 1;
	}
	entry->parameters_count = maker->count;
	return 0;
}

/* line is NULL for what stands behind "--". The entry is the plan's from the start, whole or not. */
static int add(const struct maker *maker, const char *line)
{
	struct bench_plan *plan = maker->plan;
	struct bench_entry *entries =
		array_resize(plan->entries, plan->count + 1, sizeof(*entries));
	struct bench_entry *entry;
	int r;

	if (!entries)
		return -ENOMEM;
	plan->entries = entries;
	entry = &entries[plan->count++];
	*entry = (struct bench_entry){ .text = NULL };
	r = line ? take_line(maker, line, entry) : take_arguments(maker, entry);
	if (!r)
		r = take_prepare(maker, entry);
	return r ? r : take_parameters(maker, entry);
}

/* One that a sweep changes nothing of is there once, with the first of its values. */
static bool is_again(const struct maker *maker, const char *line)
{
	const struct options *options = maker->options;

	for (size_t i = 0; i < maker->count; i++) {
		bool is_used = options->prepare && sweep_is_in(&maker->sweeps[i], options->prepare);

		for (size_t k = 0; !line && options->argv[k]; k++)
			is_used |= sweep_is_in(&maker->sweeps[i], options->argv[k]);
		is_used |= line && sweep_is_in(&maker->sweeps[i], line);
		if (!is_used && maker->at[i])
			return true;
	}
	return false;
}

static int add_all(const struct maker *maker)
{
	const struct options *options = maker->options;
	int r = is_again(maker, options->line) ? 0 : add(maker, options->line);

	for (size_t i = 0; i < options->others.count && !r; i++)
		if (!is_again(maker, options->others.items[i]))
			r = add(maker, options->others.items[i]);
	return r;
}

/* The last sweep changes fastest. False when all combinations have been. */
static bool go_on(struct maker *maker)
{
	for (size_t i = maker->count; i-- > 0;) {
		if (++maker->at[i] < maker->sweeps[i].count)
			return true;
		maker->at[i] = 0;
	}
	return false;
}

int bench_plan_new(const struct options *options, struct bench_plan **ret_plan)
{
	AUTO(bench_plan) struct bench_plan *plan = calloc(1, sizeof(*plan));
	struct maker maker = { .options = options, .plan = plan };
	int r = 0;

	if (!plan)
		return -ENOMEM;
	plan->has_shell = options->line && !options->no_shell;
	for (; maker.count < options->sweeps.count && !r; maker.count++)
		r = sweep_parse(options->sweeps.items[maker.count], &maker.sweeps[maker.count]);
	if (!r)
		r = add_all(&maker);
	while (!r && go_on(&maker))
		r = add_all(&maker);
	if (!r)
		*ret_plan = TAKE(plan);
	return r;
}
