/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What figures rest on, as records and screens name it. */
#ifndef DENET_UTIL_ACCOUNTING_H
#define DENET_UTIL_ACCOUNTING_H

#include "denet/denet.h"

/* "bpf", "proc", "none"; "auto" of what was asked for. */
const char *accounting_name(enum denet_accounting accounting);

#endif
