/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* reallocarray(), which older C libraries do not have. */
#ifndef DENET_UTIL_ARRAY_H
#define DENET_UTIL_ARRAY_H

#include <stddef.h>

/* Room for count items of that size, as by realloc(); NULL also where the product overflows. */
void *array_resize(void *items, size_t count, size_t item_size);

#endif
