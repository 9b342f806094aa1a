/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The writer of records with all that it can write: what is of this machine comes from here. */
#include "record/writer.h"

int denet_writer_new(const struct denet_writer_options *options, struct denet_writer **ret_writer)
{
	return writer_new(options, denet_env_json, ret_writer);
}
