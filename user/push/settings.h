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

struct push_statsd {
	const char *target; /* NULL: there is none */
	struct config_items details; /* of texts; none: all */
	struct config_items processes; /* of patterns */
	bool pids; /* these one by one */
	unsigned int tags; /* enum expose_statsd_tags */
	uint64_t mtu;
};

struct push_settings {
	struct config_items influx; /* of struct push_influx */
	struct push_statsd statsd;
};

extern const struct config_key settings_influx_keys[];
extern const struct config_key settings_statsd_keys[];

/* What details may hold, in the order of enum expose_statsd_detail; ends with NULL. */
extern const char *const settings_details[];

#define SETTINGS_UDP "udp://"

#endif
