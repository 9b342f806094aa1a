/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is told, and under which names. */
#ifndef DENET_EXPOSE_SETTINGS_H
#define DENET_EXPOSE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/* Ours, or those that others' dashboards know. */
enum expose_names {
	EXPOSE_NAMES_DENET,
	EXPOSE_NAMES_PROCESS_EXPORTER,
	EXPOSE_NAMES_CADVISOR,
	EXPOSE_NAMES_PSUTIL,
	EXPOSE_NAMES_COUNT
};

extern const char *const expose_settings_names[]; /* by enum expose_names; ends with NULL */

struct expose_settings {
	unsigned int names; /* enum expose_names */
	bool has_machine; /* with its disks, interfaces and file systems */
	bool has_commands; /* what runs in each group, by the name of the program */
	uint64_t max_series; /* what is beyond becomes `other` */
};

#endif
