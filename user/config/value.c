/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "config/value.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "util/decimal.h"
#include "util/units.h"

#define KIB 1024.0
#define KB 1000.0

struct unit {
	const char *name;
	enum value_type type;
	double factor;
};

static const struct unit units[] = {
	{ "ms", VALUE_TIME, (double)NS_PER_MS },
	{ "s", VALUE_TIME, (double)NS_PER_S },
	{ "m", VALUE_TIME, 60 * (double)NS_PER_S },
	{ "h", VALUE_TIME, 3600 * (double)NS_PER_S },
	{ "d", VALUE_TIME, 86400 * (double)NS_PER_S },
	{ "B", VALUE_SIZE, 1 },
	{ "kB", VALUE_SIZE, KB },
	{ "MB", VALUE_SIZE, KB *KB },
	{ "GB", VALUE_SIZE, KB *KB *KB },
	{ "TB", VALUE_SIZE, KB *KB *KB *KB },
	{ "KiB", VALUE_SIZE, KIB },
	{ "MiB", VALUE_SIZE, KIB *KIB },
	{ "GiB", VALUE_SIZE, KIB *KIB *KIB },
	{ "TiB", VALUE_SIZE, KIB *KIB *KIB *KIB },
	{ "%", VALUE_PERCENT, 1 },
	{ "", VALUE_COUNT, 1 },
	{ "", VALUE_NUMBER, 1 },
};

static const char *const wishes[] = {
	[VALUE_TEXT] = "a word",
	[VALUE_PATTERN] = "a regular expression",
	[VALUE_PLACED] = "a word",
	[VALUE_BOOL] = "true or false",
	[VALUE_COUNT] = "a whole number",
	[VALUE_NUMBER] = "a number as 12 or 0.5",
	[VALUE_TIME] = "a time as 30s, 5m or 1h",
	[VALUE_SIZE] = "a size as 500MiB or 2GB",
	[VALUE_PERCENT] = "a part as 80%",
};

const char *value_wish(enum value_type type)
{
	return wishes[type];
}

static const struct unit *find_unit(enum value_type type, const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].type == type && strcmp(units[i].name, name) == 0)
			return &units[i];
	return NULL;
}

/* No sign, no exponent, and no zero in front that others take for octal. */
static bool is_number(const char *text, size_t len)
{
	const char *point = memchr(text, '.', len);
	size_t whole = point ? (size_t)(point - text) : len;

	if (!whole || (whole > 1 && text[0] == '0'))
		return false;
	return !point || (whole + 1 < len && !memchr(point + 1, '.', len - whole - 1));
}

int value_parse(enum value_type type, const char *text, double *ret_number, uint64_t *ret_whole)
{
	const char *digits = *text == '-' ? text + 1 : text;
	size_t len = strspn(digits, type == VALUE_COUNT ? "0123456789" : "0123456789.");
	const struct unit *unit = find_unit(type, digits + len + strspn(digits + len, " "));
	double number;

	if (!unit || !is_number(digits, len))
		return -EINVAL;
	if (decimal_to_double(digits, len, &number))
		return -ERANGE;
	number *= unit->factor;
	/* 2^64 as a double: what is below fits. */
	if (digits != text || number >= 18446744073709551616.0)
		return -ERANGE;
	*ret_number = number;
	*ret_whole = (uint64_t)(number + 0.5);
	if (type == VALUE_COUNT)
		return decimal_to_u64(digits, len, ret_whole);
	return 0;
}
