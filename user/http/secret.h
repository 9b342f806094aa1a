/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_HTTP_SECRET_H
#define DENET_HTTP_SECRET_H

#include <stddef.h>

/*
 * The one line that a file holds, without its end. A file of a name alone is one of the service's credentials,
 * where it has such: it lies in $CREDENTIALS_DIRECTORY. -EINVAL for no line, several, or control characters in it,
 * -E2BIG beyond 4 KiB, or why it cannot be read.
 */
int secret_read(const char *file, char **ret_secret);

/* All of a file, of several lines: a key, a list. -EINVAL with a NUL in it, -E2BIG beyond 64 KiB. */
int secret_read_text(const char *file, char **ret_secret);

/* Nothing of it stays. Accepts NULL. */
void secret_free(char *secret);
static inline void secret_freep(char **secret)
{
	secret_free(*secret);
}

#endif
