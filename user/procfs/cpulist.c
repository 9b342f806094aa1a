/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cpulist.h"

#include "procfs/numbered.h"
#include "util/buf.h"
#include "util/cleanup.h"

static uint64_t count_part(struct parse_span part)
{
	uint64_t first;
	uint64_t last;

	part = parse_span_trim(part);
	if (!parse_take_u64(&part, &first))
		return 0;
	last = first;
	if (parse_take_literal(&part, "-") && !parse_take_u64(&part, &last))
		return 0;
	return part.len > 0 || last < first || last > UINT32_MAX ? 0 : last - first + 1;
}

uint64_t cpulist_count(struct parse_span list)
{
	struct parse_span part;
	uint64_t count = 0;

	while (parse_take_until(&list, ',', &part))
		count += count_part(part);
	return count;
}

/* The index after the run of consecutive numbers that begins at start. */
static size_t find_run_end(const uint32_t *cpus, size_t count, size_t start)
{
	size_t end = start + 1;

	while (end < count && cpus[end] - cpus[end - 1] <= 1)
		end++;
	return end;
}

int cpulist_format(uint32_t *cpus, size_t count, char **ret_list)
{
	AUTO(buf) struct buf list = { 0 };
	size_t end;

	buf_append_text(&list, ""); /* so that an empty list has a text as well */
	numbered_sort(cpus, count);
	for (size_t start = 0; start < count; start = end) {
		uint32_t first = cpus[start];
		uint32_t last;

		end = find_run_end(cpus, count, start);
		last = cpus[end - 1];
		buf_printf(&list, "%s%u", start ? "," : "", first);
		if (last != first)
			buf_printf(&list, "-%u", last);
	}
	if (list.error)
		return list.error;

	*ret_list = TAKE(list.data);
	return 0;
}
