/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>

void *array_resize(void *items, size_t count, size_t item_size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, item_size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(items, bytes);
}
