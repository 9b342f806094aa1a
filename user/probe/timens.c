/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/timens.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/parse.h"

#define INITIAL_TIME_NAMESPACE 0xEFFFFFFAu /* its inode; the same on every kernel */
#define NS_PER_S 1000000000

/* The file is of the namespace that children get, which may be the first one's only then. */
static bool is_in_initial_namespace(void)
{
	struct stat own;

	return stat("/proc/self/ns/time", &own) || own.st_ino == INITIAL_TIME_NAMESPACE;
}

static bool take_s64(struct parse_span *line, int64_t *ret_value)
{
	struct parse_span word;
	uint64_t value;
	bool is_negative;

	if (!parse_take_word(line, &word))
		return false;
	is_negative = parse_take_literal(&word, "-");
	if (!parse_take_u64(&word, &value) || value > INT64_MAX / NS_PER_S)
		return false;
	*ret_value = is_negative ? -(int64_t)value : (int64_t)value;
	return true;
}

int64_t timens_parse(const char *text, size_t len)
{
	struct parse_span span = { text, len }, line;
	int64_t seconds, ns;

	while (parse_take_line(&span, &line))
		if (parse_take_literal(&line, "boottime") && take_s64(&line, &seconds) &&
		    take_s64(&line, &ns))
			return seconds * NS_PER_S + ns;
	return 0;
}

int64_t timens_boot_offset_ns(void)
{
	AUTO_FD int fd = -1;
	char text[256];
	ssize_t len;

	if (is_in_initial_namespace())
		return 0;
	fd = open("/proc/self/timens_offsets", O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	return len > 0 ? timens_parse(text, (size_t)len) : 0;
}
