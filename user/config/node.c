/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Over the events of libyaml: the one file that knows it. */
#include "config/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "util/cleanup.h"

struct reading {
	yaml_parser_t parser;
	const char *name;
	const char *text;
	size_t len;
	size_t nodes;
	struct faults *faults; /* borrowed */
};

void node_free(struct node *node)
{
	while (node) {
		struct node *next = node->next;

		node_free(node->children);
		free(node->text);
		free(node->key);
		free(node);
		node = next;
	}
}

const struct node *node_find(const struct node *node, const char *key)
{
	const struct node *child = node ? node->children : NULL;

	while (child && (!child->key || strcmp(child->key, key) != 0))
		child = child->next;
	return child;
}

static struct place place_of(const struct reading *reading, const yaml_mark_t *mark)
{
	return (struct place){ reading->name, mark->line + 1, mark->column + 1 };
}

/* Of bytes that are no text libyaml tells the offset alone. */
static struct place place_of_offset(const struct reading *reading, size_t offset)
{
	struct place place = { reading->name, 1, 1 };

	for (size_t i = 0; i < offset && i < reading->len; i++) {
		place.column++;
		if (reading->text[i] == '\n')
			place = (struct place){ reading->name, place.line + 1, 1 };
	}
	return place;
}

static void tell_problem(const struct reading *reading)
{
	const yaml_parser_t *parser = &reading->parser;
	struct place place = parser->error == YAML_READER_ERROR
				     ? place_of_offset(reading, parser->problem_offset)
				     : place_of(reading, &parser->problem_mark);

	if (parser->error == YAML_MEMORY_ERROR)
		reading->faults->is_without_memory = true;
	else
		faults_add(reading->faults, place, "%s%s%s",
			   parser->problem ? parser->problem : "unreadable",
			   parser->context ? ", " : "", parser->context ? parser->context : "");
}

/* To be deleted by the caller, where it is true. */
static bool take_event(struct reading *reading, yaml_event_t *ret_event)
{
	if (yaml_parser_parse(&reading->parser, ret_event))
		return true;
	tell_problem(reading);
	return false;
}

static const char *refusal_of(const yaml_event_t *event)
{
	const void *anchor, *tag;

	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return "aliases (*name) are not allowed";
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	default:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	}
	if (anchor)
		return "anchors (&name) are not allowed";
	return tag ? "tags (!name) are not allowed" : NULL;
}

static bool take_text(struct reading *reading, const yaml_event_t *event, struct node *node)
{
	size_t len = event->data.scalar.length;

	node->text = calloc(1, len + 1);
	if (!node->text) {
		reading->faults->is_without_memory = true;
		return false;
	}
	memcpy(node->text, event->data.scalar.value, len);
	node->is_empty = !len && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (strlen(node->text) == len)
		return true;
	faults_add(reading->faults, node->place, "a value holds a NUL");
	return false;
}

static struct node *make_node(struct reading *reading, const yaml_event_t *event)
{
	struct place place = place_of(reading, &event->start_mark);
	const char *refusal = refusal_of(event);
	AUTO(node) struct node *node = calloc(1, sizeof(*node));

	if (!refusal && ++reading->nodes > NODES_MAX)
		refusal = "too many values";
	if (!node)
		reading->faults->is_without_memory = true;
	else if (refusal)
		faults_add(reading->faults, place, "%s", refusal);
	if (!node || refusal)
		return NULL;
	node->place = place;
	node->kind = event->type == YAML_SCALAR_EVENT		? NODE_WORD
		     : event->type == YAML_SEQUENCE_START_EVENT ? NODE_LIST
								: NODE_KEYS;
	if (node->kind == NODE_WORD && !take_text(reading, event, node))
		return NULL;
	return TAKE(node);
}

static bool is_end(const yaml_event_t *event)
{
	return event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT;
}

/* Takes the event. NULL when something is wrong, which was told. */
static struct node *read_node(struct reading *reading, yaml_event_t *event, size_t depth);

/* Its key has been taken from the event. */
static bool read_key(struct reading *reading, yaml_event_t *event, struct node *ret_key)
{
	bool is_word = event->type == YAML_SCALAR_EVENT;
	struct place place = place_of(reading, &event->start_mark);
	AUTO(node) struct node *key = make_node(reading, event);

	yaml_event_delete(event);
	if (key && !is_word)
		faults_add(reading->faults, place, "a key must be a word");
	if (!key || !is_word)
		return false;
	ret_key->key = TAKE(key->text);
	ret_key->key_place = place;
	return true;
}

static bool read_children(struct reading *reading, struct node *node, size_t depth)
{
	struct node **end = &node->children;
	yaml_event_t event;

	while (take_event(reading, &event)) {
		struct node key = { 0 };
		struct node *child = NULL;

		if (is_end(&event)) {
			yaml_event_delete(&event);
			return true;
		}
		if (node->kind != NODE_KEYS ||
		    (read_key(reading, &event, &key) && take_event(reading, &event)))
			child = read_node(reading, &event, depth + 1);
		if (!child) {
			free(key.key);
			return false;
		}
		child->key = key.key;
		child->key_place = key.key_place;
		*end = child;
		end = &child->next;
	}
	return false;
}

static struct node *read_node(struct reading *reading, yaml_event_t *event, size_t depth)
{
	AUTO(node) struct node *node = make_node(reading, event);

	yaml_event_delete(event);
	if (!node)
		return NULL;
	if (depth > NODE_DEPTH_MAX) {
		faults_add(reading->faults, node->place, "nested too deeply");
		return NULL;
	}
	if (node->kind != NODE_WORD && !read_children(reading, node, depth))
		return NULL;
	return TAKE(node);
}

static bool begins_node(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT || event->type == YAML_ALIAS_EVENT ||
	       event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT;
}

static void read_stream(struct reading *reading, struct node **root)
{
	yaml_event_t event;
	bool is_over = false;

	while (!is_over && take_event(reading, &event)) {
		if (begins_node(&event)) {
			*root = read_node(reading, &event, 1);
			is_over = !*root;
			continue;
		}
		is_over = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT && *root) {
			faults_add(reading->faults, place_of(reading, &event.start_mark),
				   "a second document is not allowed");
			is_over = true;
		}
		yaml_event_delete(&event);
	}
}

int node_read(const char *name, const char *text, size_t len, struct faults *faults,
	      struct node **ret_root)
{
	struct reading reading = { .name = name, .text = text, .len = len, .faults = faults };
	AUTO(node) struct node *root = NULL;
	int r;

	if (len > NODE_BYTES_MAX) {
		faults_add(faults, (struct place){ name, 1, 1 }, "larger than %u bytes",
			   NODE_BYTES_MAX);
		return -EINVAL;
	}
	if (!yaml_parser_initialize(&reading.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reading.parser, (const unsigned char *)text, len);
	read_stream(&reading, &root);
	yaml_parser_delete(&reading.parser);
	r = faults_result(faults);
	if (r)
		return r;
	*ret_root = TAKE(root);
	return 0;
}
