/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/accounting.h"

const char *accounting_name(enum denet_accounting accounting)
{
	static const char *const names[] = {
		[DENET_ACCOUNTING_AUTO] = "auto",
		[DENET_ACCOUNTING_BPF] = "bpf",
		[DENET_ACCOUNTING_PROC] = "proc",
		[DENET_ACCOUNTING_NONE] = "none",
	};

	return names[accounting];
}
