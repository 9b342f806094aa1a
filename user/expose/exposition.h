/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is told to whoever asks between two looks: the rows of the last one, in text of Prometheus or OpenMetrics.
 * Names of containers are of any bytes: nothing in them breaks the text, and no series is there twice.
 */
#ifndef DENET_EXPOSE_EXPOSITION_H
#define DENET_EXPOSE_EXPOSITION_H

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

/* A look, whose rows are borrowed until the next one. -ENOMEM, and then nothing is told of it. */
int exposition_take(struct exposition *exposition, const struct view *view);

/* All of it, as one body. Nothing but what is told of the service itself before the first look. */
void exposition_append(struct exposition *exposition, struct buf *buf, enum exposition_form form);

#endif
