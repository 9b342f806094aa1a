/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A YAML file as a tree of words, each with its place. What makes files hard to understand is refused. */
#ifndef DENET_CONFIG_NODE_H
#define DENET_CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/faults.h"

#define NODE_DEPTH_MAX 16
#define NODES_MAX 200000
#define NODE_BYTES_MAX (1u << 20) /* of a file */

enum node_kind { NODE_WORD, NODE_LIST, NODE_KEYS };

struct node {
	enum node_kind kind;
	bool is_empty; /* nothing stands there, not even quotes */
	struct place place;
	char *text; /* owned: of a word */
	char *key; /* owned: where it stands among keys */
	struct place key_place;
	struct node *children; /* owned: the first */
	struct node *next; /* of those of one parent */
};

/* Accepts NULL. */
void node_free(struct node *node);
static inline void node_freep(struct node **node)
{
	node_free(*node);
}

/*
 * The whole file, whose name is borrowed; *ret_root is NULL where it says nothing. -EINVAL when faults tell
 * what is wrong, -ENOMEM.
 */
int node_read(const char *name, const char *text, size_t len, struct faults *faults,
	      struct node **ret_root);

/* That of a key; NULL when there is none. Accepts NULL. */
const struct node *node_find(const struct node *node, const char *key);

#endif
