/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary's row of programs that let others work for them. */
#ifndef DENET_OUTPUT_SUMMARY_CLIENTS_H
#define DENET_OUTPUT_SUMMARY_CLIENTS_H

#include <stdbool.h>

#include "denet/denet.h"
#include "output/layout.h"

void summary_clients_show(struct layout *layout, bool is_unicode,
			  const struct denet_summary *summary);

#endif
