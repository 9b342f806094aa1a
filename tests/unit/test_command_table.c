/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/command_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

#define WORDS_MAX 16

static void names_are_unique_and_found(void **state)
{
	const char *names[COMMANDS_NAMES_MAX];
	size_t count = command_table_names(names, COMMANDS_NAMES_MAX);

	(void)state;
	assert_in_range(count, 6, COMMANDS_NAMES_MAX - 1);
	for (size_t i = 0; i < count; i++) {
		assert_non_null(command_table_find(names[i]));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(names[i], names[k]);
	}
	assert_null(command_table_find(""));
	assert_null(command_table_find("ru"));
	assert_ptr_equal(command_table_find("summary"), command_table_of(COMMAND_STATS));
}

static void each_command_says_what_it_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		assert_ptr_equal(command_table_of(spec->id), spec);
		if (!spec->name)
			continue;
		assert_true(spec->text && spec->intro);
		assert_non_null(spec->examples[0].line);
		assert_non_null(spec->exits[0].status);
		assert_int_equal(!spec->operand_text, spec->operand == OPERAND_NONE);
		assert_int_equal(!spec->operand_word, spec->operand == OPERAND_NONE);
		/* both arrays end with an empty entry, as their readers stop there */
		assert_null(spec->examples[COMMAND_EXAMPLES - 1].line);
		assert_null(spec->exits[COMMAND_EXITS - 1].status);
	}
}

/* Up to a pipe or a blank between words, or between quotes. */
static int parse_line(const char *line, struct options *ret_options, char *error)
{
	static char text[128];
	static char program[] = "denet-bpf";
	char *argv[WORDS_MAX + 1] = { program };
	char *rest = NULL;
	int argc = 1;

	assert_in_range(strlen(line), 1, sizeof(text) - 1);
	memcpy(text, line, strcspn(line, "|"));
	text[strcspn(line, "|")] = '\0';
	for (char *word = strtok_r(text, " ", &rest); word && argc < WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest)) {
		if (strcmp(word, "$(pidof") == 0) { /* what a shell would put there */
			static char pid[] = "1234";

			(void)strtok_r(NULL, ")", &rest);
			word = pid;
		} else if (word[0] == '\'') {
			/* strtok_r() has ended it at its first blank, if it has one. */
			if (!strchr(++word, '\''))
				word[strlen(word)] = ' ';
			*strchr(word, '\'') = '\0';
			rest = word + strlen(word) + 1;
		}
		argv[argc++] = word;
	}
	argv[argc] = NULL;
	return options_parse(argc, argv, ret_options, error);
}

static void examples_are_accepted(void **state)
{
	char error[OPTIONS_ERROR_BYTES];

	(void)state;
	for (size_t i = 0; i < command_table_count(); i++) {
		const struct command_spec *spec = command_table_get(i);

		for (size_t k = 0; spec->examples[k].line; k++) {
			struct options options;

			if (parse_line(spec->examples[k].line, &options, error))
				fail_msg("%s: %s", spec->examples[k].line, error);
			assert_int_equal(options.command, spec->id);
			options_done(&options);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique_and_found),
		cmocka_unit_test(each_command_says_what_it_does),
		cmocka_unit_test(examples_are_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
