/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which rows of a look have series, and which are told together. */
#include <errno.h>
#include <string.h>
#include <stdlib.h>

#include "expose/exposition_internal.h"
#include "expose/fold.h"
#include "metrics/host_records.h"
#include "util/cleanup.h"
#include "util/units.h"

#define KEPT_NS (300 * NS_PER_S) /* how long a container that has ended is told */
#define KEPT_SERVED 2 /* unless so many have been told of it */
#define COMMANDS_PART 2 /* commands get half of all series */
#define ENDED_PART 4 /* who came and went between two looks a quarter */

/* The ended first, as who comes under the same path goes on with their series; who is less dear last. */
enum pass { PASS_ENDED, PASS_LIVING, PASS_COMMANDS, PASSES };

static enum pass pass_of(const struct view_row *row)
{
	if (row->record == DENET_RECORD_CONTAINER)
		return PASS_ENDED;
	return row->record == DENET_RECORD_COMMAND ? PASS_COMMANDS : PASS_LIVING;
}

static bool has_room(const struct exposition *exposition, enum expose_kind kind)
{
	uint64_t max = exposition->settings.max_series;
	uint64_t cost = exposition_cost(&exposition->tables[kind], kind);

	return exposition->used + cost <= (kind == EXPOSE_COMMAND ? max / COMMANDS_PART : max);
}

static bool has_room_for_ended(const struct exposition *exposition, uint64_t cost)
{
	uint64_t max = exposition->settings.max_series;

	return exposition->used + cost <= max &&
	       exposition->used_by_ended + cost <= max / ENDED_PART;
}

/* What it told before it had series of its own is nobody's any more; so is its past when it has lost them. */
static int fold(struct exposition *exposition, struct known *known, const void *figures)
{
	struct exposition_table *table = &exposition->tables[known->kind];
	const void *before = known->state == KNOWN_FOLDED ? known->copy : NULL;

	if (!table->rest)
		return 0;
	if (known->state != KNOWN_FOLDED && !kind_is_rest(known->kind, figures))
		exposition->folded += exposition_cost(table, known->kind);
	fold_add(&table->families, kind_record(known->kind), table->rest, figures,
		 known->state == KNOWN_OWN ? figures : before, known->is_gone);
	table->has_rest = true;
	known->state = KNOWN_FOLDED;
	return known_set_copy(known, figures, kind_size(known->kind));
}

static int tell(struct exposition *exposition, struct known *known, const void *figures)
{
	struct exposition_table *table = &exposition->tables[known->kind];

	if (known->state != KNOWN_OWN)
		exposition->used += exposition_cost(table, known->kind);
	known->state = KNOWN_OWN;
	free(TAKE(known->copy));
	return exposition_add_row(table, figures, known->labels, known->facts);
}

static int take_living(struct exposition *exposition, struct known *known, const void *figures)
{
	bool has_labels = false;
	int r = 0;

	known->is_ended = known->is_gone = false;
	if (!kind_is_rest(known->kind, figures) &&
	    (known->state == KNOWN_OWN || has_room(exposition, known->kind)))
		r = known_take_labels(&exposition->known, known, &has_labels);
	if (r)
		return r;
	return has_labels ? tell(exposition, known, figures) : fold(exposition, known, figures);
}

/* Its last figures, told for a while. */
static int keep(struct exposition *exposition, struct known *known, const void *figures)
{
	struct exposition_table *table = &exposition->tables[known->kind];
	uint64_t cost = exposition_cost(table, known->kind);
	int r = known_set_copy(known, figures, kind_size(known->kind));

	if (r)
		return r;
	fold_keep(&table->families, DENET_RECORD_CONTAINER, known->copy);
	if (known->state != KNOWN_OWN) {
		exposition->used += cost;
		exposition->used_by_ended += cost;
		known->was_never_seen = true;
	}
	known->state = KNOWN_OWN;
	known->is_ended = true;
	known->ended_mono_ns = exposition->mono_ns;
	known->ended_served = exposition->served;
	return 0;
}

/* Of a group that is no container nothing is told once it has ended. */
static int take_ended(struct exposition *exposition, struct known *known, const void *figures)
{
	uint64_t cost = exposition_cost(&exposition->tables[known->kind], known->kind);
	bool is_container = known->kind == EXPOSE_CONTAINER;

	if (is_container && (known->state == KNOWN_OWN ||
			     (known->state == KNOWN_NEW && has_room_for_ended(exposition, cost))))
		return keep(exposition, known, figures);
	known->is_gone = true;
	return is_container || known->state == KNOWN_FOLDED ? fold(exposition, known, figures) : 0;
}

static int name(struct exposition *exposition, struct known *known, const void *figures)
{
	enum expose_names names = (enum expose_names)exposition->settings.names;
	struct buf *labels = &exposition->scratch;

	buf_reset(labels);
	kind_append_labels(labels, known->kind, figures, names);
	buf_append_char(labels, '\0');
	if (names == EXPOSE_NAMES_DENET)
		kind_append_facts(labels, known->kind, figures);
	buf_append_char(labels, '\0');
	return labels->error ? labels->error : known_set_labels(known, labels);
}

static int find_or_add(struct exposition *exposition, enum expose_kind kind, const void *figures,
		       struct known **ret_known)
{
	struct buf *key = &exposition->scratch;

	buf_reset(key);
	kind_append_key(key, kind, figures);
	if (key->error)
		return key->error;
	*ret_known = known_find(&exposition->known, kind, buf_text(key));
	return *ret_known ? 0 : known_add(&exposition->known, kind, buf_text(key), ret_known);
}

static int take_row(struct exposition *exposition, enum expose_kind kind,
		    const struct view_row *row)
{
	bool is_ended = row->record == DENET_RECORD_CONTAINER;
	struct known *known;
	int r = find_or_add(exposition, kind, row->figures, &known);

	if (r)
		return r;
	/* Twice in one look: a folder that was mounted over, say. */
	if (known->look == exposition->looks && (is_ended || !(known->is_ended || known->is_gone)))
		return 0;
	known->look = exposition->looks;
	r = name(exposition, known, row->figures);
	if (r)
		return r;
	return is_ended ? take_ended(exposition, known, row->figures)
			: take_living(exposition, known, row->figures);
}

static int take_pass(struct exposition *exposition, const struct view *view, enum pass pass)
{
	int r = 0;

	for (size_t i = 0; i < view->count && !r; i++) {
		const struct view_row *row = &view->rows[i];
		enum expose_kind kind;

		if (pass_of(row) == pass && kind_of(row, &kind) &&
		    exposition->tables[kind].families.count)
			r = take_row(exposition, kind, row);
	}
	return r;
}

static bool is_over(const struct exposition *exposition, const struct known *known)
{
	if (!known->is_ended)
		return known->is_gone || known->look != exposition->looks;
	return exposition->served - known->ended_served >= KEPT_SERVED ||
	       exposition->mono_ns - known->ended_mono_ns >= KEPT_NS;
}

/* A living one may have come into the labels of an ended one. */
static int tell_ended(struct exposition *exposition, struct known *known)
{
	bool has_labels;
	int r = known_take_labels(&exposition->known, known, &has_labels);

	if (r || !has_labels)
		return r;
	return exposition_add_row(&exposition->tables[known->kind], known->copy, known->labels,
				  known->facts);
}

static int sweep(struct exposition *exposition)
{
	int r = 0;

	for (size_t i = exposition->known.count; i-- > 0 && !r;) {
		struct known *known = exposition->known.items[i];

		if (is_over(exposition, known))
			known_remove(&exposition->known, i);
		else if (known->is_ended)
			r = tell_ended(exposition, known);
	}
	return r;
}

static int tell_rest(struct exposition *exposition)
{
	const char *labels = exposition->rest_labels.data;
	int r = 0;

	for (unsigned int i = 0; i < EXPOSE_KINDS && !r; i++) {
		struct exposition_table *table = &exposition->tables[i];

		if (table->has_rest)
			r = exposition_add_row(table, table->rest, labels, "");
		labels += strlen(labels) + 1;
	}
	return r;
}

/* Who has series has them for as long as it lives; there is always room for what the others add up to. */
static void begin(struct exposition *exposition, const struct view *view)
{
	exposition->looks++;
	exposition->mono_ns = view->mono_ns;
	exposition->ts_ms = view->ts_ms;
	exposition->used = exposition->used_by_ended = 0;
	for (unsigned int i = 0; i < EXPOSE_KINDS; i++) {
		struct exposition_table *table = &exposition->tables[i];

		table->count = 0;
		if (!table->rest)
			continue;
		fold_begin(&table->families, table->rest);
		exposition->used += exposition_cost(table, (enum expose_kind)i);
	}
	for (size_t i = 0; i < exposition->known.count; i++) {
		const struct known *known = exposition->known.items[i];
		uint64_t cost = exposition_cost(&exposition->tables[known->kind], known->kind);

		exposition->used += known->state == KNOWN_OWN ? cost : 0;
		exposition->used_by_ended += known->is_ended && known->was_never_seen ? cost : 0;
	}
	known_begin(&exposition->known);
}

static void note_losses(struct exposition *exposition, const struct view *view)
{
	const struct host_machine *machine;

	for (size_t i = 0; i < view->count; i++) {
		if (view->rows[i].record != DENET_RECORD_MACHINE)
			continue;
		machine = view->rows[i].figures;
		exposition->events_lost = machine->cgroup_events_lost;
		exposition->groups_omitted = machine->groups_omitted;
	}
}

int exposition_take(struct exposition *exposition, const struct view *view)
{
	int r = 0;

	begin(exposition, view);
	note_losses(exposition, view);
	for (unsigned int i = 0; i < PASSES && !r; i++)
		r = take_pass(exposition, view, (enum pass)i);
	if (!r)
		r = sweep(exposition);
	if (!r)
		r = tell_rest(exposition);
	for (unsigned int i = 0; i < EXPOSE_KINDS && r; i++)
		exposition->tables[i].count = 0;
	return r;
}
