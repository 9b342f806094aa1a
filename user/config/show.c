/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The table of keys as text: with the values that they have, and with what they are for. */
#include <string.h>

#include "config/config.h"
#include "config/said_internal.h"
#include "util/json.h"
#include "util/utf8.h"

#define INDENT 2

/* As YAML reads it back: plain where it is nothing but letters, digits and units. */
static void append_word(struct buf *buf, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./-";
	size_t len = strlen(text);
	size_t letters = strspn(text, plain);
	struct json json;

	if (len && text[0] != '-' && text[0] != '%' &&
	    (letters == len || strcmp(text + letters, "%") == 0)) {
		buf_append_text(buf, text);
		return;
	}
	json_init(&json, buf);
	json_string(&json, NULL, text);
}

/* The name of a file may hold anything. */
static void append_place(struct buf *buf, const struct place *place)
{
	const char *name = place->name ? place->name : "default";

	buf_append_text(buf, "  # ");
	utf8_append_plain(buf, name, strlen(name));
	if (place->line)
		buf_printf(buf, ":%zu", place->line);
	buf_append_char(buf, '\n');
}

static void append_value(struct buf *buf, const char *name, const struct said *said, size_t depth)
{
	buf_append_repeated(buf, ' ', depth * INDENT);
	buf_printf(buf, "%s: ", name);
	append_word(buf, said->text);
	append_place(buf, &said->place);
}

static void append_name(struct buf *buf, const char *name, size_t depth)
{
	buf_append_repeated(buf, ' ', depth * INDENT);
	buf_printf(buf, "%s:\n", name);
}

static void append_keys(struct buf *buf, const struct config *config, const struct config_key *keys,
			const struct said_path *path, const struct node *node, size_t depth);

/* The dash takes the place of two blanks. */
static void append_item(struct buf *buf, const struct config *config, const struct config_key *keys,
			const struct node *item, size_t depth)
{
	size_t start = buf->len;

	append_keys(buf, config, keys, NULL, item, depth + 1);
	if (!buf->error && buf->len > start)
		buf->data[start + depth * INDENT] = '-';
}

static void append_pairs(struct buf *buf, const struct node *node, size_t depth)
{
	for (const struct node *child = node->children; child; child = child->next) {
		buf_append_repeated(buf, ' ', depth * INDENT);
		append_word(buf, child->key);
		buf_append_text(buf, ": ");
		append_word(buf, child->text);
		append_place(buf, &child->place);
	}
}

static void append_words(struct buf *buf, const struct node *node, size_t depth)
{
	for (const struct node *child = node->children; child; child = child->next) {
		buf_append_repeated(buf, ' ', depth * INDENT);
		buf_append_text(buf, "- ");
		append_word(buf, child->text);
		append_place(buf, &child->place);
	}
}

static void append_items(struct buf *buf, const struct config *config, const struct config_key *key,
			 const struct node *node, size_t depth)
{
	if (!node || !node->children)
		return;
	append_name(buf, key->name, depth);
	if (key->form == CONFIG_PAIRS)
		append_pairs(buf, node, depth + 1);
	else if (key->form == CONFIG_WORDS)
		append_words(buf, node, depth + 1);
	else if (node->kind == NODE_KEYS)
		append_item(buf, config, key->keys, node, depth + 1);
	else
		for (const struct node *child = node->children; child; child = child->next)
			append_item(buf, config, key->keys, child, depth + 1);
}

static void append_said(struct buf *buf, const struct config *config, const struct config_key *key,
			const struct said_path *own, const struct node *node, size_t depth)
{
	struct said said;

	said_find(config, key, own, node, &said);
	if (said.text && (said.place.name || *said.text))
		append_value(buf, key->name, &said, depth);
}

/* The path is NULL within an item. */
static void append_keys(struct buf *buf, const struct config *config, const struct config_key *keys,
			const struct said_path *path, const struct node *node, size_t depth)
{
	for (; keys->name; keys++) {
		const struct node *child = node_find(node, keys->name);
		struct said_path own;

		if (path)
			own = said_path(path, keys->name);
		if (keys->form == CONFIG_SECTION) {
			append_name(buf, keys->name, depth);
			append_keys(buf, config, keys->keys, path ? &own : NULL, child, depth + 1);
		} else if (keys->form > CONFIG_SECTION) {
			append_items(buf, config, keys, child, depth);
		} else {
			append_said(buf, config, keys, path ? &own : NULL, node, depth);
		}
	}
}

void config_append_values(struct buf *buf, const struct config *config)
{
	const struct said_path path = { "" };

	append_keys(buf, config, config->keys, &path, config->root, 0);
}

static void append_choices(struct buf *buf, const char *const *choices)
{
	for (size_t i = 0; choices[i]; i++)
		buf_printf(buf, "%s`%s`", i ? ", " : "", choices[i]);
}

static void append_kind(struct buf *buf, const struct config_key *key)
{
	if (key->choices)
		append_choices(buf, key->choices);
	else
		buf_append_text(buf, key->type == VALUE_PATTERN ? "regular expressions" : "words");
}

static void append_wish(struct buf *buf, const struct config_key *key)
{
	switch (key->form) {
	case CONFIG_CHOICE:
		append_choices(buf, key->choices);
		break;
	case CONFIG_LIST:
		buf_append_text(buf, key->may_be_one ? "a list, or one" : "a list");
		break;
	case CONFIG_WORDS:
		buf_append_text(buf, "a list of ");
		append_kind(buf, key);
		break;
	case CONFIG_PAIRS:
		buf_append_text(buf, key->type == VALUE_PATTERN ? "name: regular expression pairs"
								: "name: value pairs");
		break;
	default:
		buf_append_text(buf, value_wish(key->type));
	}
	if (key->min)
		buf_printf(buf, ", from %s to %s", key->min, key->max);
}

static void append_row(struct buf *buf, const struct config_key *key, const char *path)
{
	buf_printf(buf, "| `%s` | ", path);
	append_wish(buf, key);
	if (!key->fallback && key->form <= CONFIG_CHOICE)
		buf_append_text(buf, " | must be given");
	else if (key->fallback && *key->fallback)
		buf_printf(buf, " | `%s`", key->fallback);
	else
		buf_append_text(buf, " |");
	buf_printf(buf, " | %s |\n", key->help);
}

static void append_rows(struct buf *buf, const struct config_key *keys,
			const struct said_path *path)
{
	for (; keys->name; keys++) {
		struct said_path own = said_path(path, keys->name);

		if (keys->form != CONFIG_SECTION)
			append_row(buf, keys, own.text);
		if (keys->keys)
			append_rows(buf, keys->keys, &own);
	}
}

void config_append_keys(struct buf *buf, const struct config *config)
{
	const struct said_path path = { "" };

	buf_append_text(buf, "| key | value | default | what it does |\n|---|---|---|---|\n");
	append_rows(buf, config->keys, &path);
}
