/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/numbered.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/parse.h"

/* The kernel's own limit on pids: a bound on what a directory can make us hold. */
#define NUMBERS_MAX (4u << 20)

static void dir_freep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int compare(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left;
	uint32_t b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

void numbered_sort(uint32_t *numbers, size_t count)
{
	if (count > 0)
		qsort(numbers, count, sizeof(*numbers), compare);
}

static int append(uint32_t **numbers, size_t *count, uint32_t number)
{
	uint32_t *grown = *numbers;

	/* The capacity is the power of two at or above the count. */
	if ((*count & (*count - 1)) == 0) {
		grown = realloc(grown, (*count ? *count * 2 : 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
	}
	grown[(*count)++] = number;
	*numbers = grown;
	return 0;
}

int numbered_list(const char *root, const char *path, const char *prefix, uint32_t **ret_numbers,
		  size_t *ret_count)
{
	__attribute__((cleanup(dir_freep))) DIR *dir = NULL;
	AUTO_FREE uint32_t *numbers = NULL;
	const struct dirent *entry;
	char name[PATH_MAX];
	size_t count = 0;
	int len = snprintf(name, sizeof(name), "%s/%s", root, path);

	if (len < 0 || (size_t)len >= sizeof(name))
		return -ENAMETOOLONG;

	dir = opendir(name);
	while (dir && (entry = readdir(dir))) {
		struct parse_span span = parse_span_of(entry->d_name);
		uint64_t number;

		if (!parse_take_literal(&span, prefix) ||
		    parse_u64(span.at, 0, UINT32_MAX, &number))
			continue;
		if (count == NUMBERS_MAX)
			return -E2BIG;
		if (append(&numbers, &count, (uint32_t)number))
			return -ENOMEM;
	}
	numbered_sort(numbers, count);

	*ret_numbers = TAKE(numbers);
	*ret_count = count;
	return 0;
}
