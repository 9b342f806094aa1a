/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A program with names of its own that libdenet has inside as well. Linked with the archive it links,
 * and nobody but itself calls them.
 */
#include <denet/denet.h>

#include <stdio.h>

int buf_append(void);
int json_init(void);
int finish(void);
int probe_fd(void);

static int calls;

int buf_append(void)
{
	return ++calls;
}

int json_init(void)
{
	return ++calls;
}

int finish(void)
{
	return ++calls;
}

int probe_fd(void)
{
	return ++calls;
}

static int run(char *argv[])
{
	struct denet_options options = { .size = sizeof(options) };
	struct denet_launch launch = { .size = sizeof(launch) };
	struct denet_error error = { .size = sizeof(error) };
	struct denet_monitor *monitor;
	char *text = NULL;
	int r;

	denet_options_init(&options);
	denet_launch_init(&launch);
	options.keep_records = true;
	launch.argv = argv;
	r = denet_run(&options, NULL, &launch, &monitor, &error);
	if (r) {
		(void)fprintf(stderr, "%s\n", error.text);
		return r;
	}
	r = denet_monitor_wait(monitor, -1);
	if (r == 1)
		r = denet_monitor_summary_json(monitor, &text);
	denet_free(text);
	denet_monitor_free(monitor);
	return r;
}

int main(int argc, char *argv[])
{
	if (argc < 2 || run(argv + 1))
		return 2;
	return calls == 0 && buf_append() + json_init() + finish() + probe_fd() == 10 ? 0 : 1;
}
