/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The command line of denet-bpf-host, which is what follows `denet-bpf host`. */
#ifndef DENET_AGENT_OPTIONS_H
#define DENET_AGENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/settings.h"
#include "config/config.h"
#include "expose/settings.h"
#include "push/settings.h"
#include "serve/serve.h"
#include "util/buf.h"

#define OPTIONS_CONFIG_FILE "/etc/denet-bpf/host.yml"
#define OPTIONS_NAMES_MAX 64
#define OPTIONS_ERROR_BYTES 512
#define OPTIONS_GIVEN_MAX 16
#define OPTIONS_SECONDS_BYTES 48

/* What it is to do: TASK_LOOK without a word on the command line. */
enum agent_task {
	TASK_LOOK,
	TASK_CONFIG_CHECK,
	TASK_CONFIG_SHOW,
	TASK_CONFIG_KEYS,
	TASK_CONFIG_METRICS,
	TASK_CONFIG_INFLUX,
	TASK_CONFIG_API
};

enum agent_sort { SORT_CPU, SORT_MEMORY, SORT_IO, SORT_PIDS, SORT_NAME };

struct agent_names {
	const char *items[OPTIONS_NAMES_MAX]; /* borrowed from argv, as all texts here */
	size_t count;
};

/* A rule: what it calls processes of which all that it names is so. All but the name may be NULL. */
struct agent_rule {
	const char *name;
	const char *unit;
	const char *comm;
	const char *exe;
	const char *user;
};

/* What the command line says, and, once settings_read() was there, what the configuration says, too. */
struct agent_options {
	unsigned int task; /* enum agent_task */
	bool help;
	bool version;
	bool once;
	bool live;
	bool json;
	bool verbose;
	uint64_t interval_ns;
	const char *out; /* NULL for no file */
	const char *proc_root; /* NULL for /proc */
	const char *cgroup_root; /* NULL for what is mounted */
	struct agent_names containers;
	struct agent_names groups;
	unsigned int sort; /* enum agent_sort */
	uint64_t top; /* 0: all */
	struct {
		uint64_t every_ns; /* 0: never */
		double cpu_percent;
		uint64_t memory_bytes;
		uint64_t window;
	} heavy;
	struct {
		uint64_t entries; /* 0: none is kept */
		uint64_t window_ns; /* 0: all of it */
	} history;
	unsigned int filter; /* enum cage_filter */
	struct expose_settings expose;
	const char *textfile; /* NULL for none */
	struct serve_settings serve;
	struct config_items rules; /* owned by the settings: struct agent_rule */
	struct config_items classes; /* so, too: struct config_pair */
	struct push_settings push; /* owned by the settings, too */
	struct alert_settings alerts; /* so, too */
	const char *config; /* NULL for the usual file */
	struct config_given given[OPTIONS_GIVEN_MAX]; /* of the above, what argv gave */
	size_t given_count;
	char seconds[OPTIONS_SECONDS_BYTES]; /* --interval as a configuration has it */
};

extern const char *const options_sorts[]; /* by enum agent_sort; ends with NULL */

/* -EINVAL for what is wrong; ret_error then says in one line what. It quotes argv as it is. */
int options_read(int argc, char *const argv[], struct agent_options *ret_options,
		 char ret_error[OPTIONS_ERROR_BYTES]);

/* The usage, from the table of options. */
void options_append_help(struct buf *buf);

#endif
