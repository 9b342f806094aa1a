/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "config/said_internal.h"
#include "util/cleanup.h"
#include "util/suggest.h"

#define KEYS_MAX 64 /* of one table */

static int load_text(const char *file, char **ret_text, size_t *ret_len)
{
	AUTO_FREE char *text = malloc(NODE_BYTES_MAX + 1);
	AUTO_FD int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	if (!text)
		return -ENOMEM;
	/* One byte beyond what is allowed, so that too much shows. */
	while (got > 0 && len <= NODE_BYTES_MAX) {
		got = read(fd, text + len, NODE_BYTES_MAX + 1 - len);
		if (got < 0 && errno != EINTR)
			return -errno;
		len += got > 0 ? (size_t)got : 0;
		got = got < 0 ? 1 : got;
	}
	*ret_text = TAKE(text);
	*ret_len = len;
	return 0;
}

int config_load(struct config *config, const char *file, bool is_optional, struct faults *faults)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;
	int r = load_text(file, &text, &len);

	config->file = NULL;
	if (r == -ENOENT && is_optional)
		return 0;
	if (r)
		return r;
	config->file = file;
	r = node_read(file, text, len, faults, &config->root);
	if (!r && config->root && config->root->kind != NODE_KEYS) {
		faults_add(faults, config->root->place, "keys are wanted");
		r = -EINVAL;
	}
	return r;
}

void config_done(struct config *config)
{
	node_free(config->root);
	config->root = NULL;
}

/* What is filled at the moment. */
struct filling {
	const struct config *config;
	struct faults *faults;
};

static const char *nearest_key(const struct config_key *keys, const char *word)
{
	const char *names[KEYS_MAX];
	size_t count = 0;

	for (; keys->name && count < KEYS_MAX; keys++)
		names[count++] = keys->name;
	return suggest_nearest(word, names, count);
}

static const char *nearest_choice(const struct config_key *key, const char *word)
{
	size_t count = 0;

	while (key->choices[count])
		count++;
	return suggest_nearest(word, key->choices, count);
}

static bool is_choice(struct filling *filling, const struct config_key *key, struct place place,
		      const char *text, unsigned int *ret_index)
{
	const char *nearest = nearest_choice(key, text);

	for (unsigned int i = 0; key->choices[i]; i++)
		if (strcmp(text, key->choices[i]) == 0) {
			*ret_index = i;
			return true;
		}
	if (nearest)
		faults_add(filling->faults, place, "'%s' knows no '%.60s', did you mean '%s'?",
			   key->name, text, nearest);
	else
		faults_add(filling->faults, place, "'%s' knows no '%.60s'", key->name, text);
	return false;
}

static bool is_within(const struct config_key *key, double number)
{
	double bound;
	uint64_t whole;

	if (key->min && !value_parse(key->type, key->min, &bound, &whole) && number < bound)
		return false;
	return !key->max || value_parse(key->type, key->max, &bound, &whole) || number <= bound;
}

static void set_number(struct filling *filling, const struct config_key *key,
		       const struct said *said, void *to)
{
	double number = 0;
	uint64_t whole = 0;
	int r = value_parse(key->type, said->text, &number, &whole);

	if (r == -EINVAL)
		faults_add(filling->faults, said->place, "'%s' wants %s, not '%.60s'", key->name,
			   value_wish(key->type), said->text);
	else if (r || !is_within(key, number))
		faults_add(filling->faults, said->place, "'%s' must be from %s to %s, not '%.60s'",
			   key->name, key->min, key->max, said->text);
	else if (key->type == VALUE_PERCENT)
		*(double *)to = number;
	else
		*(uint64_t *)to = whole;
}

static void set_bool(struct filling *filling, const struct config_key *key, const struct said *said,
		     bool *to)
{
	*to = strcmp(said->text, "true") == 0;
	if (!*to && strcmp(said->text, "false") != 0)
		faults_add(filling->faults, said->place, "'%s' wants true or false, not '%.60s'",
			   key->name, said->text);
}

static bool is_pattern(struct filling *filling, const char *name, struct place place,
		       const char *text)
{
	char why[128];
	regex_t pattern;
	int error = regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB);

	if (!error) {
		regfree(&pattern);
		return true;
	}
	(void)regerror(error, &pattern, why, sizeof(why));
	faults_add(filling->faults, place, "'%.60s' wants a regular expression, not '%.60s': %s",
		   name, text, why);
	return false;
}

static void set_pattern(struct filling *filling, const struct config_key *key,
			const struct said *said, const char **to)
{
	if (is_pattern(filling, key->name, said->place, said->text))
		*to = said->text;
}

static void set_text(struct filling *filling, const struct config_key *key, const char *text,
		     struct place place, void *to)
{
	const char *wrong = key->check ? key->check(text) : NULL;

	/* The text itself may be what nobody should see: a URL with a password, say. */
	if (wrong)
		faults_add(filling->faults, place, "'%s' %s", key->name, wrong);
	else if (key->type == VALUE_PLACED)
		*(struct config_word *)to = (struct config_word){ text, place };
	else
		*(const char **)to = text;
}

static void set_value(struct filling *filling, const struct config_key *key,
		      const struct said *said, void *to)
{
	if (said->is_empty)
		faults_add(filling->faults, said->place, "'%s' has no value", key->name);
	else if (key->form == CONFIG_CHOICE)
		(void)is_choice(filling, key, said->place, said->text, to);
	else if (key->type == VALUE_TEXT || key->type == VALUE_PLACED)
		set_text(filling, key, said->text, said->place, to);
	else if (key->type == VALUE_PATTERN)
		set_pattern(filling, key, said, to);
	else if (key->type == VALUE_BOOL)
		set_bool(filling, key, said, to);
	else
		set_number(filling, key, said, to);
}

static void fill(struct filling *filling, const struct config_key *keys,
		 const struct said_path *path, const struct node *node, char *to);

static bool is_of_kind(struct filling *filling, const struct config_key *key,
		       const struct node *node, enum node_kind kind)
{
	static const char *const wishes[] = {
		[NODE_LIST] = "a list (- ...)", [NODE_KEYS] = "keys below it"
	};

	if (node->kind == kind)
		return true;
	if (node->kind == NODE_WORD && node->is_empty)
		faults_add(filling->faults, node->place, "'%s' has no value", key->name);
	else if (kind == NODE_WORD)
		faults_add(filling->faults, node->place, "'%s' wants one value: %s", key->name,
			   key->form == CONFIG_CHOICE ? "a name" : value_wish(key->type));
	else
		faults_add(filling->faults, node->place, "'%s' wants %s", key->name,
			   key->form == CONFIG_PAIRS ? "name: value pairs" : wishes[kind]);
	return false;
}

static void fill_pair(struct filling *filling, const struct config_key *key,
		      const struct node *child, struct config_pair *to)
{
	if (child->kind != NODE_WORD)
		faults_add(filling->faults, child->place, "'%.60s' of '%s' wants one value",
			   child->key, key->name);
	else if (child->is_empty)
		faults_add(filling->faults, child->place, "'%.60s' has no value", child->key);
	else if (key->type != VALUE_PATTERN ||
		 is_pattern(filling, child->key, child->place, child->text))
		*to = (struct config_pair){ child->key, child->text, child->key_place };
}

static void fill_keys(struct filling *filling, const struct config_key *key,
		      const struct node *child, char *to)
{
	if (key->place_offset)
		*(struct place *)(to + key->place_offset) = child->place;
	fill(filling, key->keys, NULL, child, to);
}

static void fill_item(struct filling *filling, const struct config_key *key,
		      const struct node *child, void *to)
{
	if (child->kind != NODE_KEYS)
		faults_add(filling->faults, child->place, "an entry of '%s' wants keys", key->name);
	else
		fill_keys(filling, key, child, to);
}

static void fill_word(struct filling *filling, const struct config_key *key,
		      const struct node *child, void *to)
{
	unsigned int index;

	if (child->kind != NODE_WORD || child->is_empty)
		faults_add(filling->faults, child->place, "an entry of '%s' wants one value",
			   key->name);
	else if (key->choices ? is_choice(filling, key, child->place, child->text, &index)
			      : key->type != VALUE_PATTERN ||
					is_pattern(filling, key->name, child->place, child->text))
		set_text(filling, key, child->text, child->place, to);
}

static void fill_entry(struct filling *filling, const struct config_key *key,
		       const struct node *child, void *to)
{
	if (key->form == CONFIG_LIST)
		fill_item(filling, key, child, to);
	else if (key->form == CONFIG_PAIRS)
		fill_pair(filling, key, child, to);
	else
		fill_word(filling, key, child, to);
}

static size_t entry_size(const struct config_key *key)
{
	if (key->form == CONFIG_LIST)
		return key->size;
	if (key->form == CONFIG_PAIRS)
		return sizeof(struct config_pair);
	return key->type == VALUE_PLACED ? sizeof(struct config_word) : sizeof(const char *);
}

static void tell_twice(struct filling *filling, const struct node *node)
{
	for (const struct node *child = node->children; child; child = child->next) {
		const struct node *first = node_find(node, child->key);

		if (faults_are_many(filling->faults))
			return;
		if (first != child)
			faults_add(filling->faults, child->key_place,
				   "'%.60s' is given twice, first in line %zu", child->key,
				   first->key_place.line);
	}
}

static void fill_items(struct filling *filling, const struct config_key *key,
		       const struct node *node, struct config_items *to)
{
	bool is_one = key->form == CONFIG_LIST && node->kind == NODE_KEYS;
	size_t size = entry_size(key), count = is_one;

	for (const struct node *child = node->children; child && !is_one; child = child->next)
		count++;
	if (count > CONFIG_ITEMS_MAX) {
		faults_add(filling->faults, node->place, "'%s' has more than %d entries", key->name,
			   CONFIG_ITEMS_MAX);
		return;
	}
	to->items = calloc(count + 1, size);
	if (!to->items) {
		filling->faults->is_without_memory = true;
		return;
	}
	if (key->form == CONFIG_PAIRS)
		tell_twice(filling, node);
	for (const struct node *child = is_one ? node : node->children; to->count < count;
	     child = child->next)
		fill_entry(filling, key, child, (char *)to->items + size * to->count++);
}

static bool has_items(struct filling *filling, const struct config_key *key,
		      const struct node *node)
{
	if (!node || (key->may_be_one && node->kind == NODE_KEYS))
		return node;
	return is_of_kind(filling, key, node, key->form == CONFIG_PAIRS ? NODE_KEYS : NODE_LIST);
}

static void fill_section(struct filling *filling, const struct config_key *key,
			 const struct said_path *path, const struct node *node, void *to)
{
	struct said_path own;

	if (node && !is_of_kind(filling, key, node, NODE_KEYS))
		return;
	if (path)
		own = said_path(path, key->name);
	fill(filling, key->keys, path ? &own : NULL, node, to);
}

static void fill_value(struct filling *filling, const struct config_key *key,
		       const struct said_path *path, const struct node *around, void *to)
{
	const struct node *node = node_find(around, key->name);
	struct said_path own;
	struct said said;

	if (node && !is_of_kind(filling, key, node, NODE_WORD))
		return;
	if (path)
		own = said_path(path, key->name);
	said_find(filling->config, key, path ? &own : NULL, around, &said);
	if (!said.text)
		faults_add(filling->faults,
			   around ? around->place : (struct place){ filling->config->file, 1, 1 },
			   "'%s' is missing", key->name);
	else if (said.place.name || *said.text)
		set_value(filling, key, &said, to);
}

static void fill_key(struct filling *filling, const struct config_key *key,
		     const struct said_path *path, const struct node *around, void *to)
{
	const struct node *node = node_find(around, key->name);

	switch (key->form) {
	case CONFIG_SECTION:
		fill_section(filling, key, path, node, to);
		break;
	case CONFIG_LIST:
	case CONFIG_PAIRS:
	case CONFIG_WORDS:
		if (has_items(filling, key, node))
			fill_items(filling, key, node, to);
		break;
	default:
		fill_value(filling, key, path, around, to);
	}
}

static bool is_known(const struct config_key *keys, const char *name)
{
	while (keys->name && strcmp(keys->name, name) != 0)
		keys++;
	return keys->name;
}

static void tell_unknown(struct filling *filling, const struct config_key *keys,
			 const struct node *node)
{
	for (const struct node *child = node->children; child; child = child->next) {
		const char *nearest;

		if (is_known(keys, child->key) || faults_are_many(filling->faults))
			continue;
		nearest = nearest_key(keys, child->key);
		if (nearest)
			faults_add(filling->faults, child->key_place,
				   "unknown key '%.60s', did you mean '%s'?", child->key, nearest);
		else
			faults_add(filling->faults, child->key_place, "unknown key '%.60s'",
				   child->key);
	}
}

static void fill(struct filling *filling, const struct config_key *keys,
		 const struct said_path *path, const struct node *node, char *to)
{
	if (node) {
		tell_unknown(filling, keys, node);
		tell_twice(filling, node);
	}
	for (; keys->name; keys++)
		fill_key(filling, keys, path, node, to + keys->offset);
}

int config_fill(const struct config *config, void *settings, struct faults *faults)
{
	struct filling filling = { config, faults };
	const struct said_path path = { "" };

	fill(&filling, config->keys, &path, config->root, settings);
	return faults_result(faults);
}

void config_free(const struct config_key *keys, void *settings)
{
	for (; keys->name; keys++) {
		char *at = (char *)settings + keys->offset;
		struct config_items *list = (struct config_items *)at;

		if (keys->form == CONFIG_SECTION)
			config_free(keys->keys, at);
		if (keys->form < CONFIG_LIST)
			continue;
		for (size_t i = 0; keys->form == CONFIG_LIST && i < list->count; i++)
			config_free(keys->keys, (char *)list->items + i * keys->size);
		free(list->items);
		*list = (struct config_items){ 0 };
	}
}
