/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/settings.h"

#include <stddef.h>

const char *const expose_settings_names[] = {
	[EXPOSE_NAMES_DENET] = "denet",	      [EXPOSE_NAMES_PROCESS_EXPORTER] = "process-exporter",
	[EXPOSE_NAMES_CADVISOR] = "cadvisor", [EXPOSE_NAMES_PSUTIL] = "psutil",
	[EXPOSE_NAMES_COUNT] = NULL,
};
