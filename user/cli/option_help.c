/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The table of options as help and its like see it. */
#include "cli/options_internal.h"

size_t options_count(void)
{
	size_t count = 0;

	while (option_at(count))
		count++;
	return count;
}

static enum operand operand_of(enum option_kind kind)
{
	if (kind == OPTION_FILE || kind == OPTION_FILES)
		return OPERAND_FILE;
	return kind == OPTION_NAME ? OPERAND_USER : OPERAND_NONE;
}

struct option_help options_help(size_t index, enum command command)
{
	const struct option_spec *spec = option_at(index);
	bool is_reading = spec->on_reading && (COMMAND_BIT(command) & OPTIONS_READING);

	return (struct option_help){
		.letter = spec->letter,
		.name = spec->name,
		.alias = spec->alias,
		.value = spec->value,
		.default_value = spec->default_value,
		.environment = spec->environment,
		.text = is_reading ? spec->on_reading : spec->text,
		.details = is_reading ? spec->on_reading : spec->details,
		.on_reading = spec->on_reading,
		.choices = spec->choices,
		.group = spec->group,
		.operand = operand_of(spec->kind),
		.commands = spec->commands,
		.tolerated = spec->tolerated,
		.applies = command == COMMAND_NONE || (spec->commands & COMMAND_BIT(command)),
	};
}
