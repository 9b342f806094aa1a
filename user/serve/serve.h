/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Serves what each look has found: metrics, the API, a page. An observer of the service. */
#ifndef DENET_SERVE_SERVE_H
#define DENET_SERVE_SERVE_H

#include "config/table.h"
#include "expose/exposition.h"
#include "expose/settings.h"
#include "host/view.h"
#include "serve/api.h"

struct serve_settings {
	const char *listen; /* NULL for nowhere, if nothing was handed over */
	const char *mode; /* of a socket of the file system, in octal */
	const char *cert; /* files; NULL for none, as the next */
	const char *key;
	const char *client_ca;
	const char *users;
	struct config_items hosts; /* of texts */
};

/* The keys of these but listen, for a section. */
extern const struct config_key serve_keys[];

/* For the key that the configuration has above them. */
#define SERVE_LISTEN_HELP                                                                  \
	"Where figures are served: `127.0.0.1:9464`, which is `true`, too; `[::1]:9464`; " \
	"`unix:/run/denet.sock`. What systemd hands over goes before it."

/*
 * Leaves the operations NULL where nothing is to be served. Tells what is wrong. The settings are read only now.
 */
int serve_open(const struct serve_settings *settings, const struct expose_settings *names,
	       struct observer *ret_observer);

/*
 * As others want from here on: who listens at the same address goes on with the same socket, which misses nobody.
 * Where that fails all stays.
 */
int serve_reload(const struct serve_settings *settings, const struct expose_settings *names,
		 struct observer *observer);

/* self of that observer: who knows of alerts from now on. */
void serve_set_alerts(void *self, const struct api_alerts *alerts);

/* And who knows what was dropped on its way elsewhere. */
void serve_set_sinks(void *self, exposition_sinks_fn sinks, void *context);

#endif
