/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What Prometheus is told, and what to look for in it. */
#ifndef DENET_UNIT_EXPOSED_H
#define DENET_UNIT_EXPOSED_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "expose/exposition.h"
#include "made_view.h"
#include "util/units.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MAX_SERIES 20000

static const struct expose_settings plain = { .max_series = MAX_SERIES };

/* Lines of their own, and not what others begin with. */
static inline bool has_line(const struct buf *buf, const char *line)
{
	char found[1024];

	(void)snprintf(found, sizeof(found), "\n%s\n", line);
	return strstr(buf_text(buf), found) != NULL;
}

static inline void assert_line(const struct buf *buf, const char *line)
{
	assert_int_equal(buf->error, 0);
	if (!has_line(buf, line))
		fail_msg("no line '%s' in\n%s", line, buf_text(buf));
}

static inline size_t count_of(const struct buf *buf, const char *text)
{
	size_t count = 0;

	for (const char *at = buf_text(buf); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static inline struct exposition *open_exposition(const struct expose_settings *settings)
{
	struct exposition *exposition = NULL;

	assert_int_equal(exposition_new(settings, &exposition), 0);
	return exposition;
}

#define LABELS "{name=\"box\",id=\"0123456789ab\"}"

static inline struct host_group box(void)
{
	struct host_group group = unknown_group("container", "box");

	group.id = ID;
	group.cgroup = "/docker/" ID;
	group.runtime = "docker";
	group.image = "nginx:1";
	group.class_name = "nginx:1";
	group.cpu_time_ns = 1500 * NS_PER_MS;
	group.memory_bytes = 4096;
	group.disk_read_count = 3;
	group.net_sent_bytes = 7;
	group.cpu_usage = 12.5;
	return group;
}

#endif
