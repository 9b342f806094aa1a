/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "source/source.h"

const struct source_ops *const source_list[] = { &probe_source_ops, &poller_source_ops, NULL };

int source_open(const struct source_ops *ops, const struct source_options *options,
		struct source **ret_source, char *why, size_t size)
{
	int r = ops->open(options, ret_source);

	if (r)
		ops->explain(r, why, size);
	return r;
}

void source_close(struct source *source)
{
	if (source)
		source->ops->close(source);
}

void source_release(void)
{
	for (const struct source_ops *const *ops = source_list; *ops; ops++)
		if ((*ops)->release)
			(*ops)->release();
}
