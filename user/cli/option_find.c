/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The tables of options as one. */
#include <string.h>

#include "cli/options_internal.h"

static const struct {
	const struct option_spec *rows;
	const size_t *count;
} tables[] = {
	{ option_table, &option_table_count },
	{ option_table_attach, &option_table_attach_count },
	{ option_table_report, &option_table_report_count },
	{ option_table_diff, &option_table_diff_count },
	{ option_table_bench, &option_table_bench_count },
	{ option_table_convert, &option_table_convert_count },
	{ option_table_stats, &option_table_stats_count },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

const struct option_spec *option_at(size_t index)
{
	for (size_t i = 0; i < TABLES; i++) {
		if (index < *tables[i].count)
			return &tables[i].rows[index];
		index -= *tables[i].count;
	}
	return NULL;
}

uint64_t option_bit(const struct option_spec *spec)
{
	size_t index = 0;

	while (option_at(index) != spec)
		index++;
	return UINT64_C(1) << index;
}

static bool is_word(const char *word, const char *name, size_t len)
{
	return word && strlen(word) == len && memcmp(word, name, len) == 0;
}

const struct option_spec *option_find(const char *name, size_t len)
{
	const struct option_spec *spec;

	for (size_t i = 0; (spec = option_at(i)); i++)
		if (is_word(spec->name, name, len) || is_word(spec->alias, name, len))
			return spec;
	return NULL;
}
