/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Commands of libdenet for tests, with whatever rights there are; some go on until they are let go. */
#ifndef DENET_TESTS_HELD_H
#define DENET_TESTS_HELD_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "denet/denet.h"

#define LONG_MS 20000

/* A command that ends when its stdin does. */
struct held {
	struct denet_monitor *monitor;
	int fd;
};

static inline struct denet_options new_options(void)
{
	struct denet_options options = { .size = sizeof(options) };

	denet_options_init(&options);
	options.interval_ms = 10;
	options.keep_records = true;
	return options;
}

static inline struct denet_launch new_launch(void)
{
	struct denet_launch launch = { .size = sizeof(launch) };

	denet_launch_init(&launch);
	return launch;
}

static inline int try_launch(const struct denet_options *options, struct denet_launch launch,
			     const char *script, struct denet_error *error,
			     struct denet_monitor **ret_monitor)
{
	char text[256];
	char *argv[] = { "sh", "-c", text, NULL };

	(void)snprintf(text, sizeof(text), "%s", script);
	launch.argv = argv;
	*error = (struct denet_error){ .size = sizeof(*error) };
	return denet_run(options, NULL, &launch, ret_monitor, error);
}

static inline int try(const struct denet_options *options, const char *script,
		      struct denet_error *error, struct denet_monitor **ret_monitor)
{
	return try_launch(options, new_launch(), script, error, ret_monitor);
}

static inline struct denet_monitor *start_launch(const struct denet_options *options,
						 struct denet_launch launch, const char *script)
{
	struct denet_monitor *monitor = NULL;
	struct denet_error error;

	assert_int_equal(try_launch(options, launch, script, &error, &monitor), 0);
	return monitor;
}

static inline struct denet_monitor *start(const struct denet_options *options, const char *script)
{
	return start_launch(options, new_launch(), script);
}

static inline struct held hold(struct denet_options options, const char *script)
{
	struct denet_launch launch = new_launch();
	struct held held;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	launch.stdin_fd = ends[0];
	held.monitor = start_launch(&options, launch, script);
	held.fd = ends[1];
	(void)close(ends[0]);
	return held;
}

static inline int exit_code_of(struct denet_monitor *monitor)
{
	struct denet_end end = { 0 };

	assert_int_equal(denet_monitor_exit(monitor, &end), 0);
	assert_true(end.known);
	return end.exit_code;
}

#endif
