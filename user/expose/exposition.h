/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is told to whoever asks between two looks: the rows of the last one, in text of Prometheus or OpenMetrics.
 * Names of containers are of any bytes: nothing in them breaks the text, and no series is there twice.
 */
#ifndef DENET_EXPOSE_EXPOSITION_H
#define DENET_EXPOSE_EXPOSITION_H

#include <stddef.h>
#include <stdint.h>

#include "expose/settings.h"
#include "host/view.h"
#include "util/buf.h"

#define EXPOSITION_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define EXPOSITION_OPENMETRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

enum exposition_form {
	EXPOSITION_TEXT, /* version 0.0.4 */
	EXPOSITION_OPENMETRICS,
	EXPOSITION_FILE, /* text that another exporter tells with its own: without what that has, too */
};

struct exposition;

/* The settings are copied. -ENOMEM. */
int exposition_new(const struct expose_settings *settings, struct exposition **ret_exposition);
void exposition_free(struct exposition *exposition);

/* What others have dropped that they should have sent, since their start. */
struct exposition_sink {
	const char *name; /* valid until the next call */
	uint64_t dropped;
};

/* Fills in at most max of them, and returns how many. */
typedef size_t (*exposition_sinks_fn)(void *context, struct exposition_sink *ret_sinks, size_t max);

#define EXPOSITION_SINKS_MAX 64

/* Who is asked for these when a body is made. */
void exposition_set_sinks(struct exposition *exposition, exposition_sinks_fn sinks, void *context);

/* A look, whose rows are borrowed until the next one. -ENOMEM, and then nothing is told of it. */
int exposition_take(struct exposition *exposition, const struct view *view);

/*
 * Somebody got what exposition_append() has made since the last look. A container that has ended is told until this was
 * called twice, or for 5 minutes.
 */
void exposition_served(struct exposition *exposition);

/* All of it, as one body. Nothing but what is told of the service itself before the first look. */
void exposition_append(struct exposition *exposition, struct buf *buf, enum exposition_form form);

#endif
