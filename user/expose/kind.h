/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The rows of a look by what their series are called after, and how one is told from the others. */
#ifndef DENET_EXPOSE_KIND_H
#define DENET_EXPOSE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "expose/settings.h"
#include "host/view.h"
#include "util/buf.h"

/* In the order in which they are told. */
enum expose_kind {
	EXPOSE_MACHINE,
	EXPOSE_CLASS,
	EXPOSE_CONTAINER,
	EXPOSE_GROUP, /* cgroups of any other type */
	EXPOSE_PROCESSES,
	EXPOSE_DISK,
	EXPOSE_INTERFACE,
	EXPOSE_FILESYSTEM,
	EXPOSE_COMMAND,
	EXPOSE_KINDS
};

/* False for rows that have no series. A container that has ended is a container. */
bool kind_of(const struct view_row *row, enum expose_kind *ret_kind);

/* Whose table has the figures, and what our names begin with. */
enum denet_record kind_record(enum expose_kind kind);
const char *kind_prefix(enum expose_kind kind);

/* Of the struct of its rows. */
size_t kind_size(enum expose_kind kind);

/* What it is, whatever it is called and shown as. */
void kind_append_key(struct buf *buf, enum expose_kind kind, const void *figures);

/* Whether many of it can be told as one; and the texts of that one, into zeros. */
bool kind_has_rest(enum expose_kind kind);
void kind_name_rest(enum expose_kind kind, void *figures);

/* Whether it is many already. */
bool kind_is_rest(enum expose_kind kind, const void *figures);

/* What tells it from all others of its kind: a="b",c="d". */
void kind_append_labels(struct buf *buf, enum expose_kind kind, const void *figures,
			enum expose_names names);

/* The same and what else is known of it, as an _info has it; nothing where there is no more. */
void kind_append_facts(struct buf *buf, enum expose_kind kind, const void *figures);

#endif
