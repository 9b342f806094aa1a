/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command_table.h"
#include "cli/options_internal.h"
#include "util/cleanup.h"
#include "util/parse.h"
#include "util/suggest.h"

#define LIST_BYTES 128
#define PID_LIMIT 4194304u /* the kernel's own, on every architecture */
#define NAMES_MAX (2 * OPTIONS_MAX) /* with aliases */

/* Where the parser stands in argv, and what it has seen. */
struct parser {
	char *const *args;
	size_t count;
	size_t next;
	bool is_past_options; /* a "--" has come */
	struct option_marks marks;
	struct options *options;
	char *error;
	bool topic_takes_command;
};

static int refuse_unknown_option(const char *name, size_t len, char *error)
{
	const char *names[NAMES_MAX];
	char word[48];
	const char *nearest = NULL;
	size_t count = 0;

	for (size_t i = 0; option_at(i) && count < NAMES_MAX; i++)
		if (option_at(i)->text)
			names[count++] = option_at(i)->name;
	if (len < sizeof(word)) {
		memcpy(word, name, len);
		word[len] = '\0';
		nearest = suggest_nearest(word, names, count);
	}
	if (len > 100)
		len = 100;
	if (nearest)
		return option_refuse(error, "unknown option '--%.*s'; did you mean '--%s'?",
				     (int)len, name, nearest);
	return option_refuse(error, "unknown option '--%.*s'; see 'denet-bpf help'", (int)len,
			     name);
}

/* Two commands may mean different options by it; before any command it is the first's. */
static const struct option_spec *find_letter(char letter, enum command command)
{
	const struct option_spec *spec, *first = NULL;

	for (size_t i = 0; (spec = option_at(i)); i++) {
		if (!spec->letter || spec->letter != letter)
			continue;
		if (spec->commands & COMMAND_BIT(command))
			return spec;
		if (!first)
			first = spec;
	}
	return first;
}

static bool is_final(const struct parser *parser)
{
	return parser->options->command == COMMAND_VERSION ||
	       parser->options->command == COMMAND_HELP;
}

/* Where there is no default, somebody has named what he wants: two of these cannot both be meant. */
static const char *first_choice(const struct parser *parser, const struct option_spec *spec)
{
	const void *at = (const char *)parser->options + spec->offset;
	bool is_demanded = spec->kind == OPTION_CHOICE && !spec->default_value;

	return is_demanded && parser->marks.given & option_bit(spec)
		       ? spec->choices[*(const unsigned int *)at]
		       : NULL;
}

/* value is what was joined to the option, or NULL. */
static int take_option(struct parser *parser, const struct option_spec *spec, const char *value)
{
	const char *first;

	if (!spec->value && value)
		return option_refuse(parser->error, "option '--%s' takes no value, not '%.100s'",
				     spec->name, value);
	if (spec->value && !value) {
		if (parser->next == parser->count)
			return option_refuse(parser->error, "option '--%s' needs a value: %s",
					     spec->name, spec->value);
		value = parser->args[parser->next++];
	}
	first = first_choice(parser, spec);
	if (first && value && strcmp(first, value) != 0)
		return option_refuse(parser->error,
				     "option '--%s' was given twice, as '%.100s' and '%.100s'",
				     spec->name, first, value);
	parser->marks.given |= option_bit(spec);
	return option_set(spec, value, parser->options, parser->error);
}

static int take_long(struct parser *parser, const char *name)
{
	size_t len = strcspn(name, "=");
	const struct option_spec *spec = option_find(name, len);

	if (!spec)
		return refuse_unknown_option(name, len, parser->error);
	return take_option(parser, spec, name[len] ? name + len + 1 : NULL);
}

/* One or more letters; the first that takes a value has the rest of the word. */
static int take_letters(struct parser *parser, const char *word)
{
	const char *letters = word;
	int r = 0;

	while (r == 0 && *letters && !is_final(parser)) {
		const struct option_spec *spec = find_letter(*letters, parser->options->command);

		if (!spec)
			return option_refuse(
				parser->error,
				"unknown option '-%c' in '-%.100s'; see 'denet-bpf help'", *letters,
				word);
		letters++;
		if (spec->value) {
			const char *joined = *letters == '=' ? letters + 1 : letters;

			return take_option(parser, spec, *letters ? joined : NULL);
		}
		r = take_option(parser, spec, NULL);
	}
	return r;
}

/* "run, attach, stats, doctor or help" */
static const char *list_commands(char list[LIST_BYTES])
{
	const char *names[COMMANDS_NAMES_MAX];
	size_t count = 0;
	size_t len = 0;

	for (size_t i = 0; i < command_table_count() && count < COMMANDS_NAMES_MAX; i++)
		if (command_table_get(i)->name)
			names[count++] = command_table_get(i)->name;
	list[0] = '\0';
	for (size_t i = 0; i < count && len < LIST_BYTES; i++)
		len += (size_t)snprintf(list + len, LIST_BYTES - len, "%s%s", names[i],
					i + 2 < count	 ? ", "
					: i + 2 == count ? " or "
							 : "");
	return list;
}

/* The command that takes such a word: what is forgotten most is the command itself. */
static const char *command_for(const char *word)
{
	const char *dot = strrchr(word, '.');

	if (word[0] && strspn(word, "0123456789") == strlen(word))
		return "attach";
	return dot && (strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".json") == 0) ? "stats" : "run";
}

static int refuse_unknown_command(const struct parser *parser, const char *word)
{
	const char *names[COMMANDS_NAMES_MAX];
	const char *nearest =
		suggest_nearest(word, names, command_table_names(names, COMMANDS_NAMES_MAX));
	char list[LIST_BYTES];

	if (nearest)
		return option_refuse(parser->error, "unknown command '%.100s'; did you mean '%s'?",
				     word, nearest);
	return option_refuse(parser->error,
			     "unknown command '%.100s'; it is %s, as in 'denet-bpf %s %.100s'",
			     word, list_commands(list), command_for(word), word);
}

static int find_command(const struct parser *parser, const char *word, enum command *ret_command)
{
	const struct command_spec *spec = command_table_find(word);

	if (!spec)
		return refuse_unknown_command(parser, word);
	*ret_command = spec->id;
	return 0;
}

static int refuse_surplus(const struct parser *parser, const char *word)
{
	const struct command_spec *spec = command_table_of(parser->options->command);

	return option_refuse(parser->error, "%s takes one %s; '%.100s' is too many", spec->name,
			     spec->operand_word, word);
}

/* A name is what one knows of a process. */
static int refuse_pid(const struct parser *parser, const char *word)
{
	bool is_name = isalpha((unsigned char)word[0]);

	return option_refuse(parser->error,
			     "attach takes a PID, a number from 1 to %u, not '%.100s'%s%.100s%s",
			     PID_LIMIT, word, is_name ? "; as in: attach $(pidof -s " : "",
			     is_name ? word : "", is_name ? ")" : "");
}

static int take_pid(struct parser *parser, const char *word)
{
	uint64_t pid;

	if (parser->options->pid)
		return refuse_surplus(parser, word);
	if (parse_u64(word, 1, PID_LIMIT, &pid))
		return refuse_pid(parser, word);
	parser->options->pid = (pid_t)pid;
	return 0;
}

static int take_file(struct parser *parser, const char *word)
{
	if (parser->options->file)
		return refuse_surplus(parser, word);
	if (word[0] == '\0')
		return option_refuse(parser->error, "%s takes the name of a file, not ''",
				     command_table_of(parser->options->command)->name);
	parser->options->file = word;
	return 0;
}

static int take_files(struct parser *parser, const char *word)
{
	struct options *options = parser->options;
	const char *command = command_table_of(options->command)->name;

	if (word[0] == '\0')
		return option_refuse(parser->error, "%s takes names of files, not ''", command);
	if (!options->files)
		options->files = calloc(parser->count, sizeof(*options->files));
	if (!options->files)
		return option_refuse(parser->error, "%s cannot keep the names: %s", command,
				     strerror(ENOMEM));
	options->files[options->files_count++] = word;
	return 0;
}

static int take_line(struct parser *parser, const char *word)
{
	if (parser->options->line)
		return option_refuse(parser->error,
				     "bench takes one CMD, a word for the shell; '%.100s' is too "
				     "many: put CMD into quotes, or '--' before it",
				     word);
	if (word[0] == '\0')
		return option_refuse(parser->error, "bench needs a command, not ''");
	parser->options->line = word;
	return 0;
}

/* Of two files each is a side. */
static int check_sides(const struct parser *parser)
{
	struct options *options = parser->options;

	if (!parser->is_past_options && options->files_count == 2)
		options->base_count = 1;
	if (!options->base_count || options->base_count == options->files_count)
		return option_refuse(parser->error, "diff needs files of both sides, as in "
						    "'denet-bpf diff before.jsonl after.jsonl' or "
						    "'denet-bpf diff old*.jsonl -- new*.jsonl'");
	return 0;
}

/* A command, another topic, or after some of these a command. */
static int take_topic(struct parser *parser, const char *word)
{
	struct options *options = parser->options;
	const struct topic_spec *topic = topics_find(word);

	if (options->help_command || (options->topic && !parser->topic_takes_command))
		return refuse_surplus(parser, word);
	if (options->topic || !topic)
		return find_command(parser, word, &options->help_command);
	options->topic = topic->id;
	parser->topic_takes_command = topic->takes_command;
	return 0;
}

static int take_command(struct parser *parser)
{
	/* execvp() wants pointers to char; nothing writes through them. */
	char *const *rest = parser->args + parser->next - 1;

	memcpy(&parser->options->argv, &rest, sizeof(parser->options->argv));
	parser->next = parser->count;
	return 0;
}

/* What follows the name of a program's command is the program's. */
static int take_name(struct parser *parser, const char *word)
{
	const struct command_spec *spec = command_table_find(word);

	if (!spec)
		return refuse_unknown_command(parser, word);
	parser->options->command = spec->id;
	parser->options->program = spec->program;
	if (!spec->program)
		return 0;
	for (size_t i = 0; option_at(i); i++)
		if (parser->marks.given >> i & 1)
			return option_refuse(parser->error,
					     "option '--%s' has no place before %s: all that is "
					     "for it stands behind it",
					     option_at(i)->name, spec->name);
	return take_command(parser);
}

static int take_word(struct parser *parser, const char *word)
{
	const struct command_spec *spec = command_table_of(parser->options->command);

	if (spec->id == COMMAND_NONE)
		return take_name(parser, word);
	switch (spec->operand) {
	case OPERAND_COMMAND:
		return take_command(parser);
	case OPERAND_PID:
		return take_pid(parser, word);
	case OPERAND_FILE:
		return take_file(parser, word);
	case OPERAND_FILES:
		return take_files(parser, word);
	case OPERAND_LINE:
		return parser->is_past_options ? take_command(parser) : take_line(parser, word);
	case OPERAND_TOPIC:
		return take_topic(parser, word);
	default:
		return option_refuse(parser->error, "%s takes nothing but options, not '%.100s'",
				     spec->name, word);
	}
}

static int take_argument(struct parser *parser)
{
	const char *arg = parser->args[parser->next++];

	if (parser->is_past_options || arg[0] != '-' || arg[1] == '\0')
		return take_word(parser, arg);
	if (arg[1] != '-')
		return take_letters(parser, arg + 1);
	if (arg[2] != '\0')
		return take_long(parser, arg + 2);
	if (parser->options->command == COMMAND_NONE)
		return option_refuse(parser->error, "'--' has no place before the command: "
						    "denet-bpf run -- CMD");
	parser->is_past_options = true;
	parser->options->base_count = parser->options->files_count;
	return 0;
}

static int targets_of(const struct options *options)
{
	return !!options->pid + !!options->cgroup + !!options->container;
}

static bool has_operand(const struct options *options, enum operand operand)
{
	return (operand != OPERAND_COMMAND || options->argv) &&
	       (operand != OPERAND_LINE || options->argv || options->line) &&
	       (operand != OPERAND_PID || targets_of(options)) &&
	       (operand != OPERAND_FILE || options->file) &&
	       (options->command != COMMAND_STATS || options->files_count ||
		options->folders.count) &&
	       (options->command != COMMAND_REPORT || options->files_count);
}

static int check_operand(const struct parser *parser)
{
	const struct options *options = parser->options;
	const struct command_spec *spec = command_table_of(options->command);
	char list[LIST_BYTES];

	if (spec->id == COMMAND_NONE && parser->count > 0)
		return option_refuse(parser->error,
				     "no command given; it is %s, as in 'denet-bpf run make'",
				     list_commands(list));
	if (!has_operand(options, spec->operand))
		return option_refuse(parser->error, "%s needs a %s, as in 'denet-bpf %s'",
				     spec->name, spec->operand_word, spec->examples[0].line);
	if (targets_of(options) > 1)
		return option_refuse(parser->error,
				     "attach takes one of a PID, '--cgroup' and '--container'");
	if (options->container && !options->container[0])
		return option_refuse(parser->error, "option '--container' takes NAME|ID, not ''");
	if (spec->id == COMMAND_DIFF)
		return check_sides(parser);
	if (options->argv && options->argv[0][0] == '\0')
		return option_refuse(parser->error, "%s needs the name of a command, not ''",
				     spec->name);
	return 0;
}

static int check(struct parser *parser)
{
	struct options *options = parser->options;
	int r = check_operand(parser);

	if (r || options->command == COMMAND_NONE || options->command == COMMAND_VERSION ||
	    options->program)
		return r;
	r = options_take_environment(options, &parser->marks, parser->error);
	options_take_dash(options, &parser->marks);
	return r ? r : options_check(options, &parser->marks, parser->error);
}

static int set_defaults(struct parser *parser)
{
	int r = 0;

	const struct option_spec *spec;

	for (size_t i = 0; (spec = option_at(i)) && r == 0; i++)
		if (spec->default_value)
			r = option_set(spec, spec->default_value, parser->options, parser->error);
	return r;
}

int options_parse(int argc, char *const argv[], struct options *ret_options,
		  char ret_error[OPTIONS_ERROR_BYTES])
{
	AUTO(options) struct options options = { 0 };
	struct parser parser = {
		.args = argv + 1,
		.count = argc > 0 ? (size_t)(argc - 1) : 0,
		.options = &options,
	};
	bool is_over = false;
	int r = 0;

	_Static_assert(sizeof(parser.marks.given) * 8 >= OPTIONS_MAX, "a bit for each option");
	parser.error = ret_error;
	options.monitor.size = sizeof(options.monitor);
	denet_options_init(&options.monitor);
	r = set_defaults(&parser);
	while (r == 0 && parser.next < parser.count && !is_over) {
		const char *arg = parser.args[parser.next];

		r = take_argument(&parser);
		/* -h and -V end it; the word help goes on to its topic. */
		is_over = arg[0] == '-' && is_final(&parser);
	}
	if (r == 0 && !is_over)
		r = check(&parser);
	if (r)
		return r;
	*ret_options = options;
	options.files = NULL;
	return 0;
}

void options_done(struct options *options)
{
	free(options->files);
	options->files = NULL;
	options->files_count = 0;
}
