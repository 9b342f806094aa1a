/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet-bpf-host: what `denet-bpf host` executes. */
#include <string.h>

#include "agent/loop.h"
#include "agent/options.h"
#include "agent/resolve.h"
#include "agent/rules.h"
#include "agent/settings.h"
#include "agent/status.h"
#include "expose/influx_page.h"
#include "expose/page.h"
#include "push/run.h"
#include "serve/api_page.h"
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

static int do_task(struct settings *settings)
{
	const struct config *config = &settings->config;
	AUTO(buf) struct buf text = { 0 };

	switch (settings->options.task) {
	case TASK_CONFIG_CHECK:
		if (config->file)
			buf_printf(&text, "%s is in order\n", config->file);
		else
			buf_printf(&text, "there is no %s: all is as usual\n",
				   settings_file(settings->given));
		return print(&text);
	case TASK_CONFIG_SHOW:
		config_append_values(&text, config);
		return print(&text);
	case TASK_CONFIG_KEYS:
		config_append_keys(&text, config);
		return print(&text);
	case TASK_CONFIG_API:
		api_page_append(&text);
		return print(&text);
	case TASK_CONFIG_INFLUX:
		influx_page_append(&text);
		return print(&text);
	case TASK_CONFIG_METRICS:
		text.error = page_append(&text);
		return print(&text);
	default:
		return loop_run(settings);
	}
}

static int with_settings(const struct agent_options *given)
{
	struct settings settings;
	int status;

	if (settings_open(given, &settings))
		return STATUS_CONFIG;
	status = do_task(&settings);
	settings_close(&settings);
	return status;
}

int main(int argc, char *argv[])
{
	AUTO(buf) struct buf text = { 0 };
	char error[OPTIONS_ERROR_BYTES];
	struct agent_options options;

	if (argc > 1 && strcmp(argv[1], "resolve") == 0)
		return resolve_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "push") == 0)
		return run_push_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "rules") == 0)
		return rules_main(argc - 1, argv + 1);
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
	return with_settings(&options);
}
