/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the printers share. */
#include "cli/pages.h"

#include <string.h>

#include "cli/pages_internal.h"

const struct page_group page_groups[] = {
	{ OPTION_RECORDS, "Records" },
	{ OPTION_MEASURE, "What is measured" },
	{ OPTION_SCREEN, "What is shown" },
	{ OPTION_REPORT, "Budgets and CI" },
	{ OPTION_BENCH, "Many runs" },
	{ OPTION_GENERAL, "Other" },
	{ OPTION_HIDDEN, NULL },
};

static bool ends_sentence(const char *word, size_t len)
{
	return len > 0 && strchr(".:;!?", word[len - 1]);
}

void pages_fill(struct buf *buf, const char *text, const struct page_fill *fill)
{
	size_t used = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (used && used + 1 + len > fill->columns) {
			buf_append_char(buf, '\n');
			used = 0;
		} else if (used) {
			buf_append_char(buf, ' ');
			used++;
		}
		if (fill->append_word)
			fill->append_word(buf, text, len);
		else
			buf_append(buf, text, len);
		used += len;
		if (fill->breaks_sentences && ends_sentence(text, len))
			used = fill->columns;
		text += len + strspn(text + len, " ");
	}
	buf_append_char(buf, '\n');
}

void pages_each_option(struct buf *buf, enum command command, page_option_fn append)
{
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, command);

		if (option.applies && option.group != OPTION_HIDDEN)
			append(buf, &option);
	}
}

bool pages_shares_letter(const struct option_help *option)
{
	for (size_t i = 0; i < options_count(); i++) {
		struct option_help other = options_help(i, COMMAND_NONE);

		if (option->letter && other.letter == option->letter &&
		    strcmp(other.name, option->name) != 0)
			return true;
	}
	return false;
}

static void append_group(struct buf *buf, const struct page_group *group, enum command command,
			 const struct page_list *list)
{
	bool has_title = false;

	for (size_t i = 0; i < options_count(); i++) {
		struct option_help option = options_help(i, command);

		if (option.group != group->group || !option.applies)
			continue;
		if (!has_title)
			buf_printf(buf, "%s%s%s", list->before_title, group->title,
				   list->after_title);
		has_title = true;
		list->append(buf, &option);
	}
	if (has_title)
		buf_append_text(buf, list->end);
}

void pages_grouped_options(struct buf *buf, enum command command, const struct page_list *list)
{
	for (const struct page_group *group = page_groups; group->title; group++)
		append_group(buf, group, command, list);
}

void pages_quote(struct buf *buf, const char *text, const char *quote)
{
	buf_append_char(buf, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_append_text(buf, quote);
		else
			buf_append_char(buf, *text);
	}
	buf_append_char(buf, '\'');
}
