/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Both tables as one object, for programs that build upon them. */
#include "cli/pages_internal.h"
#include "util/json.h"

static void put_text(struct json *json, const char *key, const char *text)
{
	if (text)
		json_string(json, key, text);
}

static void put_commands_of(struct json *json, const char *key, unsigned int bits)
{
	json_array_begin(json, key);
	for (size_t i = 0; i < command_table_count(); i++)
		if (command_table_get(i)->name && (bits & COMMAND_BIT(command_table_get(i)->id)))
			json_string(json, NULL, command_table_get(i)->name);
	json_array_end(json);
}

static void put_examples(struct json *json, const struct command_spec *spec)
{
	json_array_begin(json, "examples");
	for (size_t i = 0; spec->examples[i].line; i++) {
		json_object_begin(json, NULL);
		json_string(json, "line", spec->examples[i].line);
		put_text(json, "text", spec->examples[i].text);
		json_object_end(json);
	}
	json_array_end(json);
	json_array_begin(json, "exit");
	for (size_t i = 0; spec->exits[i].status; i++) {
		json_object_begin(json, NULL);
		json_string(json, "status", spec->exits[i].status);
		json_string(json, "text", spec->exits[i].text);
		json_object_end(json);
	}
	json_array_end(json);
}

static void put_command(struct json *json, const struct command_spec *spec)
{
	json_object_begin(json, NULL);
	json_string(json, "name", spec->name);
	put_text(json, "alias", spec->alias);
	put_text(json, "operand", spec->operand_text);
	json_string(json, "text", spec->text);
	json_string(json, "intro", spec->intro);
	put_text(json, "notes", spec->notes);
	put_examples(json, spec);
	json_object_end(json);
}

static void put_option(struct json *json, const struct option_help *option)
{
	const char letter[] = { option->letter, '\0' };

	json_object_begin(json, NULL);
	json_string(json, "name", option->name);
	put_text(json, "letter", option->letter ? letter : NULL);
	put_text(json, "alias", option->alias);
	put_text(json, "value", option->value);
	if (option->choices) {
		json_array_begin(json, "choices");
		for (size_t i = 0; option->choices[i]; i++)
			json_string(json, NULL, option->choices[i]);
		json_array_end(json);
	}
	put_text(json, "default", option->default_value);
	put_text(json, "environment", option->environment);
	put_text(json, "text", option->text);
	put_text(json, "details", option->details);
	put_commands_of(json, "commands", option->commands);
	if (option->tolerated)
		put_commands_of(json, "ignored_by", option->tolerated);
	json_object_end(json);
}

void pages_json(struct buf *buf)
{
	struct json json;

	json_init_pretty(&json, buf);
	json_object_begin(&json, NULL);
	json_string(&json, "kind", "help");
	json_string(&json, "version", DENET_VERSION);
	json_array_begin(&json, "commands");
	for (size_t i = 0; i < command_table_count(); i++)
		if (command_table_get(i)->name)
			put_command(&json, command_table_get(i));
	json_array_end(&json);
	json_array_begin(&json, "options");
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, COMMAND_NONE);

		put_option(&json, &option);
	}
	json_array_end(&json);
	json_object_end(&json);
	buf_append_char(buf, '\n');
}
