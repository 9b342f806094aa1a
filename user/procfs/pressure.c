/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/pressure.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "procfs/procfs.h"
#include "util/parse.h"

#define PRESSURE_BYTES 1024

int pressure_open(const struct procfs *procfs)
{
	return procfs_open(procfs->proc, "pressure/memory");
}

int pressure_read(int fd, struct pressure *ret_pressure)
{
	char text[PRESSURE_BYTES];
	size_t len = 0;
	int err = procfs_read(fd, sizeof(text), text, &len);

	return err ? err : pressure_parse(text, len, ret_pressure);
}

static bool take_avg10(struct parse_span line, double *ret_percent)
{
	struct parse_span word;
	uint64_t hundredths;

	while (parse_take_word(&line, &word)) {
		if (!parse_take_literal(&word, "avg10=") ||
		    !parse_take_hundredths(&word, &hundredths))
			continue;
		*ret_percent = (double)hundredths / 100;
		return true;
	}
	return false;
}

static uint64_t find_total(struct parse_span line)
{
	struct parse_span word;
	uint64_t total_us;

	while (parse_take_word(&line, &word))
		if (parse_take_literal(&word, "total=") && parse_take_u64(&word, &total_us))
			return total_us;
	return UINT64_MAX;
}

int pressure_parse(const char *text, size_t len, struct pressure *ret_pressure)
{
	struct parse_span span = { text, len };
	struct parse_span line;
	struct pressure pressure = { NAN, NAN, UINT64_MAX, UINT64_MAX };
	bool has_some = false;

	while (parse_take_line(&span, &line)) {
		if (parse_take_literal(&line, "some ")) {
			has_some |= take_avg10(line, &pressure.some_avg10);
			pressure.some_total_us = find_total(line);
		} else if (parse_take_literal(&line, "full ")) {
			(void)take_avg10(line, &pressure.full_avg10);
			pressure.full_total_us = find_total(line);
		}
	}
	if (!has_some)
		return -ENODATA;

	*ret_pressure = pressure;
	return 0;
}
