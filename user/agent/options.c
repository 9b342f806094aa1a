/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/decimal.h"
#include "util/parse.h"
#include "util/suggest.h"
#include "util/units.h"

#define FIELD(name) offsetof(struct agent_options, name)
#define INTERVAL_MIN_NS (100 * NS_PER_MS)
#define TOP_MAX 1000000
#define HELP_COLUMN 28

enum kind { KIND_FLAG, KIND_SECONDS, KIND_COUNT, KIND_TEXT, KIND_NAMES, KIND_CHOICE };

const char *const options_sorts[] = { "cpu", "memory", "io", "pids", "name", NULL };

static const struct option {
	char letter; /* NUL for none */
	const char *name;
	const char *value; /* what it takes; NULL for nothing */
	enum kind kind;
	size_t offset;
	const char *text;
	const char *key; /* of the configuration, where it has it, too */
} table[] = {
	{ 0, "once", NULL, KIND_FLAG, FIELD(once), "two looks, a second apart, then end", NULL },
	{ 0, "live", NULL, KIND_FLAG, FIELD(live),
	  "a table that stays on the terminal, every 2 seconds without -i", NULL },
	{ 'i', "interval", "SECONDS", KIND_SECONDS, FIELD(interval_ns),
	  "between looks: 15, at least 0.1", "interval" },
	{ 'j', "json", NULL, KIND_FLAG, FIELD(json), "records to stdout, one JSON object a line",
	  NULL },
	{ 'o', "out", "FILE", KIND_TEXT, FIELD(out), "the same to FILE, beside what is shown",
	  "out" },
	{ 0, "container", "NAME|ID", KIND_NAMES, FIELD(containers),
	  "this container alone; may be given again", NULL },
	{ 0, "group", "NAME|PATH", KIND_NAMES, FIELD(groups),
	  "this unit, pod, other cgroup or group of processes alone", NULL },
	{ 0, "sort", "cpu|memory|io|pids|name", KIND_CHOICE, FIELD(sort), "the largest first: cpu",
	  "sort" },
	{ 0, "top", "N", KIND_COUNT, FIELD(top), "the first N alone", "top" },
	{ 'v', "verbose", NULL, KIND_FLAG, FIELD(verbose), "with more figures of each", "verbose" },
	{ 0, "cgroup-root", "DIR", KIND_TEXT, FIELD(cgroup_root),
	  "where another machine's cgroups are, as in a container", "cgroup_root" },
	{ 0, "proc-root", "DIR", KIND_TEXT, FIELD(proc_root), "the /proc that goes with them",
	  "proc_root" },
	{ 0, "listen", "ADDRESS", KIND_TEXT, FIELD(serve.listen),
	  "where figures are served: 127.0.0.1:9464, unix:PATH", "listen" },
	{ 0, "config", "FILE", KIND_TEXT, FIELD(config), "the configuration: " OPTIONS_CONFIG_FILE,
	  NULL },
	{ 'h', "help", NULL, KIND_FLAG, FIELD(help), "this text", NULL },
	{ 'V', "version", NULL, KIND_FLAG, FIELD(version), "the version", NULL },
};

#define OPTIONS (sizeof(table) / sizeof(table[0]))

__attribute__((format(printf, 2, 3))) static int refuse(char error[OPTIONS_ERROR_BYTES],
							const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, OPTIONS_ERROR_BYTES, format, args);
	va_end(args);
	return -EINVAL;
}

static int set_seconds(const struct option *option, const char *value, uint64_t *to, char *error)
{
	uint64_t ns;

	if (parse_seconds(value, &ns) || ns < INTERVAL_MIN_NS)
		return refuse(error, "option '--%s' takes seconds, at least 0.1, not '%.100s'",
			      option->name, value);
	*to = ns;
	return 0;
}

static int set_choice(const struct option *option, const char *value, unsigned int *to, char *error)
{
	for (unsigned int i = 0; options_sorts[i]; i++)
		if (strcmp(value, options_sorts[i]) == 0) {
			*to = i;
			return 0;
		}
	return refuse(error, "option '--%s' takes %s, not '%.100s'", option->name, option->value,
		      value);
}

static int set_names(const struct option *option, const char *value, struct agent_names *to,
		     char *error)
{
	if (!*value)
		return refuse(error, "option '--%s' takes a name, not ''", option->name);
	if (to->count == OPTIONS_NAMES_MAX)
		return refuse(error, "option '--%s' may be given %d times", option->name,
			      OPTIONS_NAMES_MAX);
	to->items[to->count++] = value;
	return 0;
}

static int set_value(const struct option *option, const char *value, void *to, char *error)
{
	switch (option->kind) {
	case KIND_SECONDS:
		return set_seconds(option, value, to, error);
	case KIND_CHOICE:
		return set_choice(option, value, to, error);
	case KIND_NAMES:
		return set_names(option, value, to, error);
	case KIND_COUNT:
		if (parse_u64(value, 1, TOP_MAX, to))
			return refuse(error, "option '--%s' takes a number from 1 on, not '%.100s'",
				      option->name, value);
		return 0;
	default:
		if (!*value)
			return refuse(error, "option '--%s' takes a name, not ''", option->name);
		*(const char **)to = value;
		return 0;
	}
}

/* What is left of argv. */
struct rest {
	char *const *args;
	size_t count;
};

/* So that it beats what the configuration says. The last one counts. */
static void note_given(const struct option *option, const char *value,
		       struct agent_options *options)
{
	struct config_given given = { option->key, value ? value : "true", option->name };

	if (!option->key)
		return;
	if (option->kind == KIND_SECONDS) {
		double seconds = (double)options->interval_ns / (double)NS_PER_S;
		size_t len = decimal_from_double(seconds, options->seconds);

		(void)snprintf(options->seconds + len, sizeof(options->seconds) - len, "s");
		given.text = options->seconds;
	}
	for (size_t i = 0; i < options->given_count; i++)
		if (options->given[i].path == option->key) {
			options->given[i] = given;
			return;
		}
	options->given[options->given_count++] = given;
}

/* joined is what stood behind "=" or behind a letter, or NULL. */
static int take(const struct option *option, const char *joined, struct rest *rest,
		struct agent_options *options, char *error)
{
	void *to = (char *)options + option->offset;
	int r = 0;

	if (!option->value && joined)
		return refuse(error, "option '--%s' takes no value, not '%.100s'", option->name,
			      joined);
	if (option->value && !joined) {
		if (!rest->count)
			return refuse(error, "option '--%s' needs a value: %s", option->name,
				      option->value);
		joined = *rest->args++;
		rest->count--;
	}
	if (joined)
		r = set_value(option, joined, to, error);
	else
		*(bool *)to = true;
	if (!r)
		note_given(option, joined, options);
	return r;
}

static int take_long(const char *name, struct rest *rest, struct agent_options *options,
		     char *error)
{
	size_t len = strcspn(name, "=");
	const char *names[OPTIONS];
	const char *nearest;
	char word[48] = "";

	for (size_t i = 0; i < OPTIONS; i++) {
		names[i] = table[i].name;
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return take(&table[i], name[len] ? name + len + 1 : NULL, rest, options,
				    error);
	}
	(void)snprintf(word, sizeof(word), "%.*s", (int)len, name);
	nearest = suggest_nearest(word, names, OPTIONS);
	if (nearest)
		return refuse(error, "unknown option '--%.*s'; did you mean '--%s'?",
			      len < 100 ? (int)len : 100, name, nearest);
	return refuse(error, "unknown option '--%.*s'; see 'denet-bpf host --help'",
		      len < 100 ? (int)len : 100, name);
}

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (table[i].letter && table[i].letter == letter)
			return &table[i];
	return NULL;
}

/* The first letter that takes a value has the rest of the word. */
static int take_letters(const char *letters, struct rest *rest, struct agent_options *options,
			char *error)
{
	int r = 0;

	for (; *letters && !r; letters++) {
		const struct option *option = find_letter(*letters);

		if (!option)
			return refuse(error, "unknown option '-%c'; see 'denet-bpf host --help'",
				      *letters);
		if (option->value)
			return take(option, letters[1] ? letters + 1 : NULL, rest, options, error);
		r = take(option, NULL, rest, options, error);
	}
	return r;
}

/* "config" and what to do with it: the words of this table. */
static const struct {
	const char *word;
	enum agent_task task;
	const char *text;
} tasks[] = {
	{ "check", TASK_CONFIG_CHECK, "what is wrong with the configuration" },
	{ "show", TASK_CONFIG_SHOW, "each value, and where it comes from" },
	{ "keys", TASK_CONFIG_KEYS, "what can be in it" },
	{ "metrics", TASK_CONFIG_METRICS, "what Prometheus can be told" },
	{ "influx", TASK_CONFIG_INFLUX, "what InfluxDB can be sent" },
	{ "api", TASK_CONFIG_API, "which documents are served" },
};

#define TASKS (sizeof(tasks) / sizeof(tasks[0]))
#define TASK_WORDS "check, show, keys, metrics, influx or api"

static int take_task(const char *word, struct agent_options *options, char *error)
{
	const char *names[TASKS];
	const char *nearest;

	for (size_t i = 0; i < TASKS; i++) {
		names[i] = tasks[i].word;
		if (strcmp(word, tasks[i].word) == 0) {
			options->task = tasks[i].task;
			return 0;
		}
	}
	nearest = suggest_nearest(word, names, TASKS);
	return refuse(error, "'config' takes " TASK_WORDS ", not '%.100s'%s%s%s", word,
		      nearest ? "; did you mean '" : "", nearest ? nearest : "",
		      nearest ? "'?" : "");
}

static int take_word(const char *arg, struct rest *rest, struct agent_options *options, char *error)
{
	if (strcmp(arg, "config") != 0 || options->task != TASK_LOOK)
		return refuse(
			error,
			"host takes nothing but options, not '%.100s'; see 'denet-bpf host --help'",
			arg);
	if (!rest->count)
		return refuse(error, "'config' takes " TASK_WORDS);
	rest->count--;
	return take_task(*rest->args++, options, error);
}

static int take_argument(const char *arg, struct rest *rest, struct agent_options *options,
			 char *error)
{
	if (arg[0] == '-' && arg[1] == '-' && arg[2])
		return take_long(arg + 2, rest, options, error);
	if (arg[0] == '-' && arg[1] && arg[1] != '-')
		return take_letters(arg + 1, rest, options, error);
	return take_word(arg, rest, options, error);
}

/* Who watches does not want to wait for as long as a service. */
static int make_live(struct agent_options *options, char *error)
{
	if (options->once || options->json)
		return refuse(error, "--live and --%s exclude each other",
			      options->once ? "once" : "json");
	if (!options->interval_ns)
		options->given[options->given_count++] =
			(struct config_given){ "interval", "2s", "live" };
	return 0;
}

int options_read(int argc, char *const argv[], struct agent_options *ret_options,
		 char ret_error[OPTIONS_ERROR_BYTES])
{
	struct agent_options options = { 0 };
	struct rest rest = { argv + 1, argc > 1 ? (size_t)argc - 1 : 0 };
	int r = 0;

	while (rest.count && !r) {
		const char *arg = *rest.args++;

		rest.count--;
		r = take_argument(arg, &rest, &options, ret_error);
	}
	if (!r && options.live)
		r = make_live(&options, ret_error);
	if (r)
		return r;
	*ret_options = options;
	for (size_t i = 0; i < options.given_count; i++)
		if (options.given[i].text == options.seconds)
			ret_options->given[i].text = ret_options->seconds;
	return 0;
}

void options_append_help(struct buf *buf)
{
	buf_append_text(buf,
			"Usage: denet-bpf host [OPTIONS]\n"
			"       denet-bpf host config check|show|keys [OPTIONS]\n"
			"       denet-bpf host resolve [--cgroup-root DIR] [--proc-root DIR] "
			"NAME|ID\n"
			"       denet-bpf host push [OPTIONS] URL\n"
			"       denet-bpf host rules check|test FILE\n"
			"What each container, unit and other cgroup of this machine uses.\n"
			"With resolve, in JSON, where a container is. With push a run that is "
			"over is sent\nto InfluxDB or a Pushgateway: see its --help. With rules "
			"those of alerts are looked\nat and tested.\n\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option *option = &table[i];
		size_t start = buf->len;
		size_t len;

		buf_printf(buf, option->letter ? "  -%c, --%s%s%s" : "  %.0d    --%s%s%s",
			   option->letter, option->name, option->value ? " " : "",
			   option->value ? option->value : "");
		len = buf->len - start;
		if (len >= HELP_COLUMN) {
			buf_append_char(buf, '\n');
			len = 0;
		}
		buf_append_repeated(buf, ' ', HELP_COLUMN - len + 2);
		buf_printf(buf, "%s\n", option->text);
	}
	buf_append_text(buf, "\nOf the configuration:\n");
	for (size_t i = 0; i < TASKS; i++)
		buf_printf(buf, "  config %-*s%s\n", HELP_COLUMN - 7, tasks[i].word, tasks[i].text);
}
