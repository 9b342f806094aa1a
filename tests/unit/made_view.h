/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Looks that a test makes up: figures of which nothing is known but what it says. */
#ifndef DENET_UNIT_MADE_VIEW_H
#define DENET_UNIT_MADE_VIEW_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "denet/denet.h"
#include "host/view.h"
#include "metrics/host_records.h"

#define VIEW_ROWS_MAX 256

struct made_view {
	struct view_row rows[VIEW_ROWS_MAX];
	struct view view;
};

static inline void view_begin(struct made_view *made)
{
	made->view = (struct view){ .rows = made->rows, .looks = made->view.looks + 1 };
}

static inline void view_add(struct made_view *made, enum denet_record record, const void *figures)
{
	assert_true(made->view.count < VIEW_ROWS_MAX);
	made->rows[made->view.count++] = (struct view_row){ record, figures };
}

/* DENET_UNKNOWN and NaN, and no texts. */
static inline struct host_group unknown_group(const char *type, const char *name)
{
	struct host_group group;

	memset(&group, 0xff, sizeof(group));
	group.type = type;
	group.name = name;
	group.runtime = group.id = group.cgroup = group.parent = group.pod = NULL;
	group.pod_name = group.pod_namespace = group.container = group.image = NULL;
	group.project = group.service = group.class_name = NULL;
	group.is_final = false;
	return group;
}

static inline struct host_class unknown_class(const char *name)
{
	struct host_class class;

	memset(&class, 0xff, sizeof(class));
	class.class_name = name;
	return class;
}

static inline struct host_command unknown_command(const char *group, const char *comm)
{
	struct host_command command;

	memset(&command, 0xff, sizeof(command));
	command.group = group;
	command.cgroup = NULL;
	command.comm = comm;
	return command;
}

static inline struct host_processes unknown_processes(const char *name)
{
	struct host_processes processes;

	memset(&processes, 0xff, sizeof(processes));
	processes.name = name;
	processes.accounting = "exact";
	return processes;
}

static inline struct host_machine unknown_machine(void)
{
	struct host_machine machine;

	memset(&machine, 0xff, sizeof(machine));
	machine.cpu_per_core = NULL;
	machine.cores = 0;
	return machine;
}

#endif
