/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet-bpf-host: what `denet-bpf host` executes. */
#include <string.h>

#include "agent/loop.h"
#include "agent/options.h"
#include "agent/resolve.h"
#include "agent/status.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

static int print(const struct buf *text)
{
	int r = sink_write_whole(NULL, text);

	if (r)
		(void)log_error(r, "cannot write to stdout");
	return r ? STATUS_FAILED : STATUS_OK;
}

int main(int argc, char *argv[])
{
	AUTO(buf) struct buf text = { 0 };
	char error[OPTIONS_ERROR_BYTES];
	struct agent_options options;

	if (argc > 1 && strcmp(argv[1], "resolve") == 0)
		return resolve_main(argc - 1, argv + 1);
	if (options_read(argc, argv, &options, error)) {
		(void)log_error(0, "%s", error);
		return STATUS_FAILED;
	}
	if (options.help) {
		options_append_help(&text);
		return print(&text);
	}
	if (options.version) {
		buf_append_text(&text, "denet-bpf-host " DENET_VERSION "\n");
		return print(&text);
	}
	return loop_run(&options);
}
