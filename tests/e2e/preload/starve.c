/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Preloaded: the STARVE_AT-th allocation of this process fails, with STARVE_FOR_GOOD=1 also all after
 * it. The file STARVE_SAID is made when it has. What this process starts is left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Those of glibc, as the usual names are ours. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static atomic_long left = -1; /* until the one that fails; below 0 for none */
static bool is_for_good;
static char said[4096];

__attribute__((constructor)) static void read_environment(void)
{
	const char *at = getenv("STARVE_AT"), *file = getenv("STARVE_SAID");

	is_for_good = getenv("STARVE_FOR_GOOD");
	if (file && strlen(file) < sizeof(said))
		memcpy(said, file, strlen(file) + 1);
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv("STARVE_AT");
	(void)unsetenv("STARVE_SAID");
	(void)unsetenv("STARVE_FOR_GOOD");
	if (at)
		atomic_store(&left, strtol(at, NULL, 10));
}

static bool fails(void)
{
	long now = atomic_load(&left);
	int fd;

	if (now < 0 || atomic_fetch_sub(&left, 1) > 0)
		return false;
	if (is_for_good)
		atomic_store(&left, 0);
	fd = open(said, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		(void)close(fd);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}

void *reallocarray(void *memory, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(memory, count * size);
}
