/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A file that is written anew after each look, for the textfile collector of node_exporter. */
#ifndef DENET_EXPOSE_TEXTFILE_H
#define DENET_EXPOSE_TEXTFILE_H

#include "expose/settings.h"
#include "host/view.h"

/* Nobody ever sees half of it. Tells what is wrong; the file is not touched before the first look. */
int textfile_open(const char *path, const struct expose_settings *settings,
		  struct observer *ret_observer);

#endif
