/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary to a server, by denet-bpf-host: with --push alone. */
#ifndef DENET_CLI_PUSH_H
#define DENET_CLI_PUSH_H

struct options;
struct session;

/* Whether it can be asked for, before anything starts; tells why not. */
int push_check(const struct options *options);

/* When all else is told. What goes wrong is a line on stderr. */
void push_send(const struct session *session);

#endif
