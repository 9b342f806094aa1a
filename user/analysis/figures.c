/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/figures.h"

#include <errno.h>
#include <string.h>

#include "metrics/table.h"
#include "util/suggest.h"

#define FIGURES_MAX 96

/* What a group has beside the figures of its programs. */
static const struct figure counts[] = {
	{
		.key = "runs",
		.short_len = sizeof("runs") - 1,
		.unit = "",
		.offset = offsetof(struct denet_group, count),
		.form = DENET_FORM_U64,
		.is_of_program = true,
	},
	{
		.key = "failed",
		.short_len = sizeof("failed") - 1,
		.unit = "",
		.offset = offsetof(struct denet_group, failed),
		.form = DENET_FORM_U64,
		.is_of_program = true,
	},
};

#define COUNTS (sizeof(counts) / sizeof(counts[0]))

/* The same figure of one program and of all of a name. */
static const struct {
	size_t of_program;
	size_t of_group;
} twins[] = {
	{ offsetof(struct denet_process_program, used.cpu_time_ns),
	  offsetof(struct denet_group, cpu_time_ns) },
	{ offsetof(struct denet_process_program, peak_rss_kb),
	  offsetof(struct denet_group, peak_rss_kb) },
};

static bool find_twin(size_t of_program, size_t *ret_of_group)
{
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
		if (twins[i].of_program == of_program) {
			*ret_of_group = twins[i].of_group;
			return true;
		}
	}
	return false;
}

static bool is_number(const struct metric_use *use)
{
	return use->metric->shown.type != DENET_METRIC_INFO &&
	       (use->form == DENET_FORM_U64 || use->form == DENET_FORM_FLOAT ||
		use->form == DENET_FORM_DOUBLE);
}

/* False for what has no number that one could set a limit to. */
static bool figure_of(const struct metric_use *use, bool of_program, struct figure *ret_figure)
{
	size_t offset = use->offset;

	if (!is_number(use) || (of_program && !find_twin(use->offset, &offset)))
		return false;
	*ret_figure = (struct figure){
		.key = use->key,
		.short_len = denet_metric_name_len(&use->metric->shown),
		.unit = use->metric->shown.unit,
		.bound = use->metric->shown.bound,
		.offset = offset,
		.form = use->form,
		.type = use->metric->shown.type,
		.is_of_program = of_program,
	};
	return true;
}

bool figures_get(bool of_program, size_t index, struct figure *ret_figure)
{
	struct metric_list list =
		metric_list(of_program ? DENET_RECORD_PROGRAM : DENET_RECORD_SUMMARY);

	for (size_t i = 0; i < list.count; i++) {
		struct figure figure;

		if (!figure_of(&list.uses[i], of_program, &figure))
			continue;
		if (index == 0) {
			*ret_figure = figure;
			return true;
		}
		index--;
	}
	if (!of_program || index >= COUNTS)
		return false;
	*ret_figure = counts[index];
	return true;
}

static bool is_called(const struct figure *figure, const char *name, size_t len)
{
	return len == figure->short_len && memcmp(figure->key, name, len) == 0;
}

int figures_find(bool of_program, const char *name, size_t len, struct figure *ret_figure)
{
	struct figure figure, found;
	size_t count = 0;

	for (size_t i = 0; figures_get(of_program, i, &figure); i++) {
		if (strlen(figure.key) == len && memcmp(figure.key, name, len) == 0) {
			*ret_figure = figure;
			return 0;
		}
		if (is_called(&figure, name, len)) {
			found = figure;
			count++;
		}
	}
	if (count != 1)
		return count ? -ENOTUNIQ : -ENOENT;
	*ret_figure = found;
	return 0;
}

bool figures_nearest(bool of_program, const char *word, size_t len,
		     char ret_name[FIGURES_NAME_BYTES])
{
	char names[FIGURES_MAX][FIGURES_NAME_BYTES];
	const char *candidates[FIGURES_MAX];
	char text[FIGURES_NAME_BYTES];
	const char *nearest;
	struct figure figure;
	size_t count = 0;

	if (len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	while (count < FIGURES_MAX && figures_get(of_program, count, &figure)) {
		size_t short_len = figure.short_len;

		memcpy(names[count], figure.key, short_len);
		names[count][short_len] = '\0';
		candidates[count] = names[count];
		count++;
	}
	nearest = suggest_nearest(text, candidates, count);
	/* Left out at its front, as in what denet calls a total. */
	for (size_t i = 0; !nearest && len >= 3 && i < count; i++)
		if (strstr(candidates[i], text))
			nearest = candidates[i];
	if (nearest)
		memcpy(ret_name, nearest, strlen(nearest) + 1);
	return nearest != NULL;
}
