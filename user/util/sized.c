/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/sized.h"

#include <errno.h>
#include <string.h>

static size_t size_of(const void *sized)
{
	size_t size;

	memcpy(&size, sized, sizeof(size));
	return size;
}

int sized_take(void *to, size_t to_size, const void *from)
{
	const char *bytes = from;
	size_t size = size_of(from);

	if (size < sizeof(size))
		return -EINVAL;
	for (size_t i = to_size; i < size; i++)
		if (bytes[i])
			return -E2BIG;
	memcpy(to, from, size < to_size ? size : to_size);
	memcpy(to, &to_size, sizeof(to_size));
	return 0;
}

void sized_give(void *to, const void *from, size_t from_size)
{
	size_t size = size_of(to);

	if (size < sizeof(size))
		return;
	if (size > from_size)
		size = from_size;
	memcpy(to, from, size);
	/* The caller sees how much of the struct is true. */
	memcpy(to, &size, sizeof(size));
}
