/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/made.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/kind.h"
#include "metrics/host_records.h"
#include "metrics/table.h"

struct made_row {
	unsigned int kind;
	const char *name; /* borrowed */
	bool is_there;
	union {
		struct host_machine machine;
		struct host_group group;
		struct host_class of_class;
		struct host_processes processes;
		struct host_disk disk;
		struct host_interface interface;
		struct host_filesystem filesystem;
	} figures;
};

static void forget_figures(struct made_row *row)
{
	struct metric_list list = metric_list(kind_to_record(row->kind));

	memset(&row->figures, 0, sizeof(row->figures));
	for (size_t i = 0; i < list.count; i++) {
		void *at = (char *)&row->figures + list.uses[i].offset;

		if (list.uses[i].form == DENET_FORM_U64)
			*(uint64_t *)at = DENET_UNKNOWN;
		else if (list.uses[i].form == DENET_FORM_DOUBLE)
			*(double *)at = NAN;
	}
	if (kind_to_record(row->kind) == DENET_RECORD_MACHINE)
		row->figures.machine.load_avg[0] = NAN;
	kind_set_name(row->kind, &row->figures, row->name);
}

static bool is_called(const struct made_row *row, unsigned int kind, const char *name)
{
	return row->kind == kind && row->name && strcmp(row->name, name) == 0;
}

/* One for all figures of the same. */
static size_t row_of(struct made *made, unsigned int kind, const char *name)
{
	size_t i = 0;

	while (i < made->rows_count && !is_called(&made->rows[i], kind, name))
		i++;
	if (i == made->rows_count)
		made->rows[made->rows_count++] = (struct made_row){ .kind = kind, .name = name };
	return i;
}

static int add_series(struct made *made, const struct trial_series *said, struct faults *faults)
{
	struct made_series *series = &made->series[made->series_count++];
	struct rule *metric = &series->metric;
	int r;

	series->said = (struct settings_rule){ .metric = said->metric, .kind = said->kind };
	*metric = (struct rule){ .said = &series->said };
	r = formula_parse(&said->metric, &metric->formula, faults);
	if (r)
		return r == -EINVAL ? 0 : r;
	if (metric->formula.function != FORMULA_NOW)
		faults_add(faults, said->metric.place, "values are of a metric, not of '%.60s'",
			   said->metric.text);
	rule_find_metric(metric, faults);
	if (!metric->metric)
		return 0;
	series->row = row_of(made, metric->kind, said->name ? said->name : "");
	r = notation_read(&said->values, &metric->unit, faults, &series->values);
	if (series->values.count > made->looks)
		made->looks = series->values.count;
	return r;
}

int made_init(struct made *made, const struct trial_test *test, struct faults *faults)
{
	const struct trial_series *series = test->series.items;
	size_t count = test->series.count;
	int r = 0;

	*made = (struct made){ 0 };
	made->series = calloc(count + 1, sizeof(*made->series));
	made->rows = calloc(count + 1, sizeof(*made->rows));
	made->view_rows = calloc(count + 1, sizeof(*made->view_rows));
	if (!made->series || !made->rows || !made->view_rows)
		return -ENOMEM;
	for (size_t i = 0; i < count && !r; i++)
		r = add_series(made, &series[i], faults);
	return r;
}

void made_done(struct made *made)
{
	for (size_t i = 0; i < made->series_count; i++)
		notation_done(&made->series[i].values);
	free(made->series);
	free(made->rows);
	free(made->view_rows);
	*made = (struct made){ 0 };
}

static void set_figure(struct made *made, const struct made_series *series, size_t look)
{
	struct made_row *row = &made->rows[series->row];
	size_t last = series->values.count - 1;
	double value = series->values.values[look < last ? look : last];
	void *at = (char *)&row->figures + series->metric.offset;

	if (isinf(value))
		return;
	row->is_there = true;
	if (series->metric.form == DENET_FORM_DOUBLE)
		*(double *)at = value;
	else if (!isnan(value))
		*(uint64_t *)at = value > 0 ? (uint64_t)(value + 0.5) : 0;
}

struct view made_look(struct made *made, size_t look)
{
	struct view view = { .rows = made->view_rows, .looks = look + 1 };

	for (size_t i = 0; i < made->rows_count; i++) {
		forget_figures(&made->rows[i]);
		made->rows[i].is_there = false;
	}
	for (size_t i = 0; i < made->series_count; i++)
		set_figure(made, &made->series[i], look);
	for (size_t i = 0; i < made->rows_count; i++)
		if (made->rows[i].is_there)
			made->view_rows[view.count++] =
				(struct view_row){ kind_to_record(made->rows[i].kind),
						   &made->rows[i].figures };
	return view;
}
