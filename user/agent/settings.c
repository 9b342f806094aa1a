/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/settings.h"

#include <stddef.h>

#include "agent/cage.h"
#include "alert/alerting.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "push/settings.h"

#define FIELD(name) offsetof(struct agent_options, name)

#define RULE(member, help_)                                                                    \
	{                                                                                      \
		.name = #member, .type = VALUE_PATTERN,                                        \
		.offset = offsetof(struct agent_rule, member), .fallback = "", .help = (help_) \
	}

static const struct config_key rule_keys[] = {
	{ .name = "name",
	  .type = VALUE_TEXT,
	  .offset = offsetof(struct agent_rule, name),
	  .help = "What processes are called that match all of the next; `{1}` to `{9}` are what "
		  "their "
		  "parentheses hold, counted through." },
	RULE(unit, "The name of the unit, container or other cgroup that they are in."),
	RULE(comm, "The name of their program, at most 15 bytes."),
	RULE(exe, "The path of their program."),
	RULE(user, "Whose they are; `#1000` for a user without a name."),
	{ 0 },
};

#define HEAVY(member) (FIELD(heavy.member) - FIELD(heavy))

static const struct config_key heavy_keys[] = {
	{ .name = "every",
	  .type = VALUE_TIME,
	  .offset = HEAVY(every_ns),
	  .fallback = "60s",
	  .min = "0s",
	  .max = "1d",
	  .help = "How often all processes are looked at; `0s` for never." },
	{ .name = "cpu",
	  .type = VALUE_PERCENT,
	  .offset = HEAVY(cpu_percent),
	  .fallback = "80%",
	  .min = "0%",
	  .max = "1000000%",
	  .help = "Who uses more of one CPU, over the window or since the look before, is told." },
	{ .name = "memory",
	  .type = VALUE_SIZE,
	  .offset = HEAVY(memory_bytes),
	  .fallback = "500MiB",
	  .min = "0B",
	  .max = "1000TB",
	  .help = "Who has more resident memory is told." },
	{ .name = "window",
	  .type = VALUE_COUNT,
	  .offset = HEAVY(window),
	  .fallback = "10",
	  .min = "1",
	  .max = "100",
	  .help = "Looks that the window of a process has." },
	{ 0 },
};

#define HISTORY(member) (FIELD(history.member) - FIELD(history))

static const struct config_key history_keys[] = {
	{ .name = "entries",
	  .type = VALUE_COUNT,
	  .offset = HISTORY(entries),
	  .fallback = "3600",
	  .min = "0",
	  .max = "1000000",
	  .help = "Looks that are kept." },
	{ .name = "window",
	  .type = VALUE_TIME,
	  .offset = HISTORY(window_ns),
	  .fallback = "0s",
	  .min = "0s",
	  .max = "365d",
	  .help = "Over how long `-v` shows percentiles; `0s` for all of it." },
	{ 0 },
};

#define COLLECT(member) offsetof(struct expose_settings, member)

static const struct config_key collect_keys[] = {
	{ .name = "machine",
	  .type = VALUE_BOOL,
	  .offset = COLLECT(has_machine),
	  .fallback = "false",
	  .help = "Whether Prometheus is told of the machine, its disks, interfaces and file "
		  "systems, too, "
		  "which node_exporter tells." },
	{ .name = "commands",
	  .type = VALUE_BOOL,
	  .offset = COLLECT(has_commands),
	  .fallback = "false",
	  .help = "Whether it is told what the programs in each group have used, by their names." },
	{ 0 },
};

static const struct config_key keys[] = {
	{ .name = "interval",
	  .type = VALUE_TIME,
	  .offset = FIELD(interval_ns),
	  .fallback = "15s",
	  .min = "100ms",
	  .max = "1d",
	  .help = "Time between two looks." },
	{ .name = "sort",
	  .form = CONFIG_CHOICE,
	  .offset = FIELD(sort),
	  .fallback = "cpu",
	  .choices = options_sorts,
	  .help = "What the largest has most of, which comes first." },
	{ .name = "top",
	  .type = VALUE_COUNT,
	  .offset = FIELD(top),
	  .fallback = "0",
	  .min = "0",
	  .max = "1000000",
	  .help = "How many groups are told; 0 for all." },
	{ .name = "verbose",
	  .type = VALUE_BOOL,
	  .offset = FIELD(verbose),
	  .fallback = "false",
	  .help = "Whether the table has more figures of each." },
	{ .name = "out",
	  .type = VALUE_TEXT,
	  .offset = FIELD(out),
	  .fallback = "",
	  .help = "A file for records, beside what is shown." },
	{ .name = "cgroup_root",
	  .type = VALUE_TEXT,
	  .offset = FIELD(cgroup_root),
	  .fallback = "",
	  .help = "Where another machine's cgroups are." },
	{ .name = "proc_root",
	  .type = VALUE_TEXT,
	  .offset = FIELD(proc_root),
	  .fallback = "",
	  .help = "The /proc that goes with them." },
	{ .name = "filter",
	  .form = CONFIG_CHOICE,
	  .offset = FIELD(filter),
	  .fallback = "refuse",
	  .choices = cage_filters,
	  .help = "What becomes of a system call that the service does not need: it fails, or ends "
		  "the service; `off` for no filter." },
	{ .name = "heavy",
	  .form = CONFIG_SECTION,
	  .offset = FIELD(heavy),
	  .keys = heavy_keys,
	  .help = "Processes that use much." },
	{ .name = "history",
	  .form = CONFIG_SECTION,
	  .offset = FIELD(history),
	  .keys = history_keys,
	  .help = "Figures of the last looks." },
	{ .name = "metric_names",
	  .form = CONFIG_CHOICE,
	  .offset = FIELD(expose.names),
	  .fallback = "denet",
	  .choices = expose_settings_names,
	  .help = "Under which names Prometheus is told: ours, or those of another exporter." },
	{ .name = "max_series",
	  .type = VALUE_COUNT,
	  .offset = FIELD(expose.max_series),
	  .fallback = "20000",
	  .min = "1000",
	  .max = "1000000",
	  .help = "How many series it is told; what is beyond is together in `other`." },
	{ .name = "collect",
	  .form = CONFIG_SECTION,
	  .offset = FIELD(expose),
	  .keys = collect_keys,
	  .help = "What it is told of." },
	{ .name = "textfile",
	  .type = VALUE_TEXT,
	  .offset = FIELD(textfile),
	  .fallback = "",
	  .help = "A file for the textfile collector of node_exporter, as `DIR/denet.prom`: "
		  "written anew after each look." },
	{ .name = "influx",
	  .form = CONFIG_LIST,
	  .offset = FIELD(push.influx),
	  .keys = settings_influx_keys,
	  .size = sizeof(struct push_influx),
	  .may_be_one = true,
	  .help = "Whom figures are sent to in InfluxDB's line protocol." },
	{ .name = "statsd",
	  .form = CONFIG_SECTION,
	  .offset = FIELD(push.statsd),
	  .keys = settings_statsd_keys,
	  .help = "Whom figures are sent to as StatsD's gauges." },
	{ .name = "listen",
	  .type = VALUE_TEXT,
	  .offset = FIELD(serve.listen),
	  .fallback = "",
	  .help = SERVE_LISTEN_HELP },
	{ .name = "serve",
	  .form = CONFIG_SECTION,
	  .offset = FIELD(serve),
	  .keys = serve_keys,
	  .help = "How figures are served." },
	{ .name = "processes",
	  .form = CONFIG_LIST,
	  .offset = FIELD(rules),
	  .keys = rule_keys,
	  .size = sizeof(struct agent_rule),
	  .help = "Groups of processes: the first that matches has a process, and `other` the "
		  "rest." },
	{ .name = "class",
	  .form = CONFIG_PAIRS,
	  .type = VALUE_PATTERN,
	  .offset = FIELD(classes),
	  .help = "Classes of containers: the first whose expression matches the class that one "
		  "would be in without, or its name, has it; `{1}` to `{9}` are what parentheses "
		  "hold." },
	{ .name = "alerts",
	  .form = CONFIG_SECTION,
	  .offset = FIELD(alerts),
	  .keys = alert_keys,
	  .help = "What is wrong, and who is told." },
	{ 0 },
};

const char *settings_file(const struct agent_options *options)
{
	return options->config ? options->config : OPTIONS_CONFIG_FILE;
}

static void tell_faults(const struct agent_options *options, const struct faults *faults, int r)
{
	for (size_t i = 0; i < faults->count; i++)
		(void)log_error(0, "%s", faults->items[i]);
	if (faults_are_many(faults))
		(void)log_error(0, "there may be more wrong with '%s'", settings_file(options));
	if (!faults->count)
		(void)log_error(r, "cannot read '%s'", settings_file(options));
}

int settings_open(const struct agent_options *given, struct settings *ret_settings)
{
	AUTO(faults) struct faults faults = { 0 };
	struct settings *settings = ret_settings;
	int r;

	*settings = (struct settings){
		.given = given,
		.options = *given,
		.config = {
			.keys = keys,
			.variables = "DENET_BPF_HOST_",
			.given = given->given,
			.given_count = given->given_count,
		},
	};
	r = config_load(&settings->config, settings_file(given), !given->config, &faults);
	if (!r)
		r = config_fill(&settings->config, &settings->options, &faults);
	if (!r)
		r = alerting_check(&settings->options.alerts, &faults);
	if (!r)
		return 0;
	tell_faults(given, &faults, r);
	settings_close(settings);
	return r;
}

/* In this order: the options borrow. */
void settings_close(struct settings *settings)
{
	config_free(keys, &settings->options);
	config_done(&settings->config);
}
