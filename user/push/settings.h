/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a configuration may say of whom figures are sent to. */
#ifndef DENET_PUSH_SETTINGS_H
#define DENET_PUSH_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/table.h"

/* Texts are NULL where nothing is said. */
struct push_influx {
	const char *url; /* udp://HOST:PORT, too */
	const char *database;
	const char *retention;
	const char *bucket; /* of version 2, which is spoken then */
	const char *org;
	const char *token_file;
	const char *user_file;
	const char *ca_file;
	const char *socket;
	struct config_items measurements; /* of texts; none: all */
	struct config_items tags; /* of pairs */
	bool gzip;
	uint64_t timeout_ns;
	uint64_t queue_bytes;
	uint64_t age_ns;
};

struct push_settings {
	struct config_items influx; /* of struct push_influx */
};

extern const struct config_key settings_influx_keys[];

#define SETTINGS_UDP "udp://"

#endif
