/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet-bpf-host: what `denet-bpf host` executes. */
#include <string.h>

#include "agent/loop.h"
#include "agent/options.h"
#include "agent/resolve.h"
#include "agent/settings.h"
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

static int tell_faults(const struct agent_options *options, const struct faults *faults, int r)
{
	for (size_t i = 0; i < faults->count; i++)
		(void)log_error(0, "%s", faults->items[i]);
	if (faults_are_many(faults))
		(void)log_error(0, "there may be more wrong with '%s'", settings_file(options));
	if (!faults->count)
		(void)log_error(r, "cannot read '%s'", settings_file(options));
	return STATUS_FAILED;
}

static int do_task(const struct agent_options *options, const struct config *config)
{
	AUTO(buf) struct buf text = { 0 };

	switch (options->task) {
	case TASK_CONFIG_CHECK:
		if (config->file)
			buf_printf(&text, "%s is in order\n", config->file);
		else
			buf_printf(&text, "there is no %s: all is as usual\n",
				   settings_file(options));
		return print(&text);
	case TASK_CONFIG_SHOW:
		config_append_values(&text, config);
		return print(&text);
	case TASK_CONFIG_KEYS:
		config_append_keys(&text, config);
		return print(&text);
	default:
		return loop_run(options);
	}
}

static int with_settings(struct agent_options *options)
{
	AUTO(faults) struct faults faults = { 0 };
	struct config config;
	int r = settings_read(options, &config, &faults);
	int status = r ? tell_faults(options, &faults, r) : do_task(options, &config);

	settings_done(options, &config);
	return status;
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
	return with_settings(&options);
}
