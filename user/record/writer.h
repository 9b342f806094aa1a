/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_writer_* from within the library: see denet/writer.h. */
#ifndef DENET_RECORD_WRITER_H
#define DENET_RECORD_WRITER_H

#include <sys/types.h>

#include "denet/denet.h"

/* Makes the text of an env record, which the caller frees. */
typedef int (*writer_env_fn)(pid_t pid, char **ret_text);

/* As denet_writer_new(); describe_machine is for options.write_env, else it may be NULL. */
int writer_new(const struct denet_writer_options *options, writer_env_fn describe_machine,
	       struct denet_writer **ret_writer);

#endif
