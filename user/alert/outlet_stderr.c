/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A line for people, on stderr. */
#include "alert/outlet.h"

#include "util/cleanup.h"
#include "util/log.h"

static void tell(void *self, const struct alert *alert, uint64_t ts_ms)
{
	AUTO(buf) struct buf line = { 0 };

	(void)self;
	(void)ts_ms;
	alert_append_summary(&line, alert);
	log_warning("alert %s", buf_text(&line));
}

static void close_stderr(void *self)
{
	(void)self;
}

int outlet_open_stderr(const struct settings_target *target, struct http_client *client,
		       struct outlet *ret_outlet)
{
	(void)target;
	static const struct outlet_ops ops = { .tell = tell, .close = close_stderr };

	(void)target;
	(void)client;
	*ret_outlet = (struct outlet){ &ops, NULL };
	return 0;
}
