/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Names of any bytes, in formats that others read: nothing in them is taken for more than text. Control
 * characters become '?', and what is not UTF-8 U+FFFD.
 */
#ifndef DENET_OUTPUT_ESCAPE_H
#define DENET_OUTPUT_ESCAPE_H

#include "util/buf.h"

/* As code, in a cell of a table or anywhere else in Markdown. */
void escape_markdown(struct buf *buf, const char *text);

/* Text, or the value of an attribute. */
void escape_xml(struct buf *buf, const char *text);

/* What follows the second :: of a command of GitHub's, and a value before it. */
void escape_github(struct buf *buf, const char *text);
void escape_github_property(struct buf *buf, const char *text);

/* Between quotes of a service message of TeamCity's. */
void escape_teamcity(struct buf *buf, const char *text);

/* A field of CSV, between double quotes where it needs them. */
void escape_csv(struct buf *buf, const char *text);

/* A task of a Mermaid chart, at most 60 characters: what could mean something there becomes '_'. */
void escape_mermaid(struct buf *buf, const char *text);

#endif
