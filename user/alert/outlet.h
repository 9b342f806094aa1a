/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Whoever is told of alerts: each kind fills in these operations. */
#ifndef DENET_ALERT_OUTLET_H
#define DENET_ALERT_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alert.h"

struct evaluator;
struct http_client;

/* Each may be NULL but the first and the last. As of struct observer_ops. */
struct outlet_ops {
	/* It fires, or is over. */
	void (*tell)(void *self, const struct alert *alert, uint64_t ts_ms);

	/* Behind all that a look had to tell. */
	void (*look)(void *self, const struct evaluator *evaluator, uint64_t ts_ms);
	int (*fd)(const void *self);
	uint64_t (*due_ns)(const void *self);
	void (*run)(void *self);
	bool (*is_done)(const void *self);
	void (*close)(void *self);
};

struct outlet {
	const struct outlet_ops *ops;
	void *self; /* owned: close() frees it */
};

/* Of the types. The client is NULL but for those with a URL. What is wrong is told. */
int outlet_open_stderr(const struct settings_target *target, struct http_client *client,
		       struct outlet *ret_outlet);
int outlet_open_file(const struct settings_target *target, struct http_client *client,
		     struct outlet *ret_outlet);
int outlet_open_journal(const struct settings_target *target, struct http_client *client,
			struct outlet *ret_outlet);
int outlet_open_webhook(const struct settings_target *target, struct http_client *client,
			struct outlet *ret_outlet);
int outlet_open_alertmanager(const struct settings_target *target, struct http_client *client,
			     struct outlet *ret_outlet);

/* Of all targets that are commands; a process is begun. The settings are borrowed. */
int outlet_open_commands(const struct alert_settings *settings, struct outlet *ret_outlet);

/* Whether other settings have the same commands, so that they may have its process. */
bool outlet_keeps_commands(const struct outlet *outlet, const struct alert_settings *settings);
void outlet_take_commands(struct outlet *outlet, const struct alert_settings *settings);

#endif
