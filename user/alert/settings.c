/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/settings.h"

#include <stddef.h>

#include "alert/kind.h"

const char *const settings_levels[] = { "warning", "critical", NULL };

static const char *const whens[] = { "above", "below", NULL };
static const char *const types[] = { "stderr",	"file",		"journal", "exec",
				     "webhook", "alertmanager", NULL };

#define RULE(member) offsetof(struct settings_rule, member)

#define PLACED(name_, member_, help_)                                                       \
	{                                                                                   \
		.name = (name_), .type = VALUE_PLACED, .offset = (member_), .fallback = "", \
		.help = (help_)                                                             \
	}

static const struct config_key rule_keys[] = {
	{ .name = "name",
	  .type = VALUE_PLACED,
	  .offset = RULE(name),
	  .help = "What the alert is called: its label `alertname`." },
	{ .name = "metric",
	  .type = VALUE_PLACED,
	  .offset = RULE(metric),
	  .help = "A key of the records that is a number, `rate(KEY)`, a second, or what it was "
		  "over a while: `rate`, `p50`, `p95`, `p99`, `min`, `max` or `mean`, "
		  "as `p95(cpu_usage, 5m)`." },
	{ .name = "of",
	  .form = CONFIG_CHOICE,
	  .offset = RULE(kind),
	  .fallback = "auto",
	  .choices = kind_names,
	  .help = "Of what: `auto` is the first of these that has the metric." },
	{ .name = "only",
	  .type = VALUE_PATTERN,
	  .offset = RULE(only),
	  .fallback = "",
	  .help = "Only what is called so, all of the name." },
	{ .name = "when",
	  .form = CONFIG_CHOICE,
	  .offset = RULE(when),
	  .fallback = "above",
	  .choices = whens,
	  .help = "Whether more than the thresholds is wrong, or less." },
	PLACED("warning", RULE(thresholds[LEVEL_WARNING]),
	       "In the metric's unit, as 80%, 500MiB, 5m or 12: beyond it there is an alert with "
	       "the label `severity` warning."),
	PLACED("critical", RULE(thresholds[LEVEL_CRITICAL]), "The same of critical."),
	PLACED("warning_resolve", RULE(resolves[LEVEL_WARNING]),
	       "It is over when the metric is back at this; without it at the threshold."),
	PLACED("critical_resolve", RULE(resolves[LEVEL_CRITICAL]), "The same of critical."),
	{ .name = "for",
	  .type = VALUE_TIME,
	  .offset = RULE(for_ns),
	  .fallback = "0s",
	  .min = "0s",
	  .max = "1d",
	  .help = "So long it has to be beyond before anyone is told." },
	{ .name = "keep_firing_for",
	  .type = VALUE_TIME,
	  .offset = RULE(keep_firing_ns),
	  .fallback = "0s",
	  .min = "0s",
	  .max = "1d",
	  .help = "So long it has to be back before it is over." },
	{ .name = "labels",
	  .form = CONFIG_PAIRS,
	  .offset = RULE(labels),
	  .help = "More labels of its alerts." },
	{ .name = "annotations",
	  .form = CONFIG_PAIRS,
	  .offset = RULE(annotations),
	  .help = "Texts for people; `{value}`, `{name}`, `{metric}`, `{threshold}`, "
		  "`{severity}`, `{when}` and `{instance}` stand for what they say. There is "
		  "always a `summary`." },
	{ 0 },
};

#define TARGET(member) offsetof(struct settings_target, member)

static const struct config_key target_keys[] = {
	{ .name = "type",
	  .form = CONFIG_CHOICE,
	  .offset = TARGET(type),
	  .choices = types,
	  .help = "Who is told when an alert begins and when it is over." },
	PLACED("path", TARGET(path),
	       "The file that each alert is a line of JSON of; the journal's socket, where it is "
	       "another one."),
	{ .name = "command",
	  .form = CONFIG_WORDS,
	  .type = VALUE_PLACED,
	  .offset = TARGET(command),
	  .help = "The program with its arguments, as `[/usr/bin/logger, -t, alert]`, without a "
		  "shell; an alert is JSON on its stdin." },
	PLACED("url", TARGET(url),
	       "Of a webhook; of Alertmanager without the path, as `http://localhost:9093`."),
	{ .name = "token_file",
	  .type = VALUE_TEXT,
	  .offset = TARGET(token_file),
	  .fallback = "",
	  .help = "A file with the token that is sent along." },
	{ .name = "ca_file",
	  .type = VALUE_TEXT,
	  .offset = TARGET(ca_file),
	  .fallback = "",
	  .help = "Whose certificates are trusted, instead of the system's." },
	{ .name = "timeout",
	  .type = VALUE_TIME,
	  .offset = TARGET(timeout_ns),
	  .fallback = "10s",
	  .min = "100ms",
	  .max = "5m",
	  .help = "A command that takes longer is killed, with all that it began; a request is "
		  "given up." },
	{ .name = "resend",
	  .type = VALUE_TIME,
	  .offset = TARGET(resend_ns),
	  .fallback = "1m",
	  .min = "1s",
	  .max = "1h",
	  .help = "How often Alertmanager hears of what goes on. Four times that without a word, "
		  "and it is over for it." },
	{ 0 },
};

#define SETTINGS(member) offsetof(struct alert_settings, member)
#define RULES                                                                    \
	{                                                                        \
		.name = "rules", .form = CONFIG_LIST, .offset = SETTINGS(rules), \
		.keys = rule_keys, .size = sizeof(struct settings_rule),         \
		.help = "What is wrong when."                                    \
	}

const struct config_key alert_keys[] = {
	RULES,
	PLACED("rules_file", SETTINGS(rules_file), "A file with more `rules`."),
	{ .name = "targets",
	  .form = CONFIG_LIST,
	  .offset = SETTINGS(targets),
	  .keys = target_keys,
	  .size = sizeof(struct settings_target),
	  .place_offset = TARGET(place),
	  .help = "Who is told; `stderr` without any." },
	{ 0 },
};

const struct config_key settings_rules_keys[] = { RULES, { 0 } };
