/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The connections of a network namespace on a screen. */
#ifndef DENET_AGENT_SHOW_CONNECTIONS_H
#define DENET_AGENT_SHOW_CONNECTIONS_H

#include "util/buf.h"

struct connections;

/* A line for all, and one for each address that is listened at; nothing for NULL, or where there is no socket. */
void show_connections_append(struct buf *buf, const struct connections *connections);

#endif
