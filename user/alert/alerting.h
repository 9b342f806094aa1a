/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Alerts as an observer of the service's looks. */
#ifndef DENET_ALERT_ALERTING_H
#define DENET_ALERT_ALERTING_H

#include "alert/settings.h"
#include "config/faults.h"
#include "host/view.h"
#include "util/buf.h"

/* What is wrong with rules and targets beyond what the table of keys knows. -EINVAL, -ENOMEM. */
int alerting_check(const struct alert_settings *settings, struct faults *faults);

/* Checked ones, which are borrowed. The operations are NULL where there are no rules. Tells what is wrong. */
int alerting_open(const struct alert_settings *settings, struct observer *ret_observer);

/* As others want from here on: what fires goes on where its rule is there still. Where that fails all stays. */
int alerting_reload(const struct alert_settings *settings, struct observer *observer);

/* self of that observer: an array of the alerts that are pending or fire. */
void alerting_append_json(struct buf *buf, const void *self);

#endif
