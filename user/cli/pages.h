/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is printed from the tables of commands and options, for people and for shells. */
#ifndef DENET_CLI_PAGES_H
#define DENET_CLI_PAGES_H

#include "cli/command_id.h"
#include "util/buf.h"

/* COMMAND_NONE stands for the program as a whole. */
void pages_help(struct buf *buf, enum command command);
void pages_man(struct buf *buf, enum command command);

void pages_usage(struct buf *buf);

void pages_json(struct buf *buf);
void pages_options(struct buf *buf);
void pages_records(struct buf *buf);
void pages_records_json(struct buf *buf);
void pages_bash(struct buf *buf);
void pages_zsh(struct buf *buf);
void pages_fish(struct buf *buf);

#endif
