/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/units.h"

/* amount / unit rounded to the nearest, without overflow. */
static uint64_t divide_rounded(uint64_t amount, uint64_t unit)
{
	return amount / unit + (amount % unit >= unit - unit / 2 ? 1 : 0);
}

static struct human in_units(uint64_t amount, const char *const *names, unsigned int shift)
{
	struct human human;
	uint64_t tenths;

	/* What would round up to 1024 of a unit is 1.0 of the next. */
	while (names[1] && divide_rounded(amount, UINT64_C(1) << shift) >= 1024) {
		names++;
		shift += 10;
	}
	if (shift == 0) {
		(void)snprintf(human.text, sizeof(human.text), "%" PRIu64 " %s", amount, *names);
		return human;
	}
	/* The two halves apart: ten times the amount need not fit. */
	tenths = (amount >> shift) * 10 +
		 divide_rounded((amount & ((UINT64_C(1) << shift) - 1)) * 10, UINT64_C(1) << shift);
	if (tenths < 1000)
		(void)snprintf(human.text, sizeof(human.text), "%" PRIu64 ".%" PRIu64 " %s",
			       tenths / 10, tenths % 10, *names);
	else
		(void)snprintf(human.text, sizeof(human.text), "%" PRIu64 " %s",
			       divide_rounded(amount, UINT64_C(1) << shift), *names);
	return human;
}

static const char *const byte_units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL };

struct human human_bytes(uint64_t bytes)
{
	return in_units(bytes, byte_units, 0);
}

struct human human_kib(uint64_t kib)
{
	if (kib <= UINT64_MAX / 1024)
		return in_units(kib * 1024, byte_units, 0);
	return in_units(kib, byte_units + 1, 0);
}

struct human human_duration(uint64_t ns)
{
	struct human human;
	char *text = human.text;
	uint64_t hundredths = divide_rounded(ns, NS_PER_S / 100);
	uint64_t seconds = divide_rounded(ns, NS_PER_S);
	uint64_t minutes = seconds / 60;

	if (ns == 0)
		(void)snprintf(text, sizeof(human.text), "0 s");
	else if (ns < 5000)
		(void)snprintf(text, sizeof(human.text), "<0.01 ms");
	else if (ns < 9995000)
		(void)snprintf(text, sizeof(human.text), "%.2f ms", (double)ns / 1e6);
	else if (ns < 999500000)
		(void)snprintf(text, sizeof(human.text), "%" PRIu64 " ms",
			       divide_rounded(ns, NS_PER_S / 1000));
	else if (hundredths < 6000)
		(void)snprintf(text, sizeof(human.text), "%" PRIu64 ".%02u s", hundredths / 100,
			       (unsigned int)(hundredths % 100));
	else if (seconds < 3600)
		(void)snprintf(text, sizeof(human.text), "%" PRIu64 " min %02u s", minutes,
			       (unsigned int)(seconds % 60));
	else if (seconds < 86400)
		(void)snprintf(text, sizeof(human.text), "%" PRIu64 " h %02u min", minutes / 60,
			       (unsigned int)(minutes % 60));
	else
		(void)snprintf(text, sizeof(human.text), "%" PRIu64 " d %02u h", minutes / 1440,
			       (unsigned int)(minutes / 60 % 24));
	return human;
}

struct human human_count(uint64_t count)
{
	char digits[24];
	struct human human;
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			human.text[out++] = ',';
		human.text[out++] = digits[i];
	}
	human.text[out] = '\0';
	return human;
}

static struct human in_hundredths(uint64_t ns, uint64_t unit_ns, const char *name)
{
	uint64_t hundredths = divide_rounded(ns, unit_ns / 100);
	struct human human = human_count(hundredths / 100);
	size_t len = strlen(human.text);

	(void)snprintf(human.text + len, sizeof(human.text) - len, ".%02u %s",
		       (unsigned int)(hundredths % 100), name);
	return human;
}

struct human human_seconds(uint64_t ns)
{
	return in_hundredths(ns, NS_PER_S, "s");
}

struct human human_milliseconds(uint64_t ns)
{
	return in_hundredths(ns, NS_PER_S / 1000, "ms");
}

struct human human_share(uint64_t part, uint64_t whole)
{
	struct human human = { "" };
	double percent;

	if (whole == 0)
		return human;
	percent = 100.0 * (double)part / (double)whole;
	if (part > 0 && percent < 1)
		(void)snprintf(human.text, sizeof(human.text), "<1%%");
	else
		(void)snprintf(human.text, sizeof(human.text), "%.0f%%", percent);
	return human;
}
