/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/page.h"

#include <string.h>

#include "expose/family.h"
#include "expose/kind.h"
#include "expose/settings.h"

static const struct {
	enum expose_kind kind;
	const char *title;
	const char *text;
} parts[] = {
	{ EXPOSE_CONTAINER, "Containers",
	  "Labels: `name`; `id`, its first 12 digits, or `cgroup` where there is none. "
	  "`denet_container_info` has "
	  "these, `class`, `runtime`, `image`, `container_id`, `parent`, `namespace`, `pod`, "
	  "`container`, "
	  "`compose_project` and `compose_service`. With names of cAdvisor: `id` (the cgroup), "
	  "`name`, `image`, "
	  "`namespace`, `pod`, `container`." },
	{ EXPOSE_CLASS, "Classes of containers", "Label: `class`." },
	{ EXPOSE_GROUP, "Other cgroups",
	  "Labels: `name`, `kind` (pod, vm, job, unit, cgroup), `cgroup`." },
	{ EXPOSE_PROCESSES, "Groups of processes",
	  "By `processes` of the configuration. Label: `name`, or `groupname` with names of "
	  "process-exporter." },
	{ EXPOSE_COMMAND, "Programs in each cgroup",
	  "With `collect.commands`. Labels: `group`, `cgroup`, `comm`, `uid`." },
	{ EXPOSE_MACHINE, "The machine", "With `collect.machine`, or names of psutil. No labels." },
	{ EXPOSE_DISK, "Disks", "With `collect.machine`. Label: `device`." },
	{ EXPOSE_INTERFACE, "Interfaces", "With `collect.machine`. Label: `interface`." },
	{ EXPOSE_FILESYSTEM, "File systems",
	  "With `collect.machine`. Labels: `mount`, `source`, `fs_type`." },
};

static void append_family(struct buf *buf, const struct expose_family *family)
{
	const struct denet_metric *metric = family->metric;

	buf_printf(buf, "| `%s%s%s%s%s` | %s | `%s` | %s%s%s%s |\n", family->name,
		   family->is_counter ? "_total" : "", family->pair ? "{" : "",
		   family->pair ? family->pair : "", family->pair ? "}" : "",
		   family->is_counter ? "counter" : "gauge", metric->key, metric->help,
		   metric->bound ? " Bound: " : "", metric->bound ? metric->bound : "",
		   metric->bound ? "." : "");
}

static int append_families(struct buf *buf, enum expose_kind kind, enum expose_names names)
{
	struct family_list families;
	int r = family_list_make(&families, kind, names);

	for (size_t i = 0; i < families.count; i++)
		append_family(buf, &families.items[i]);
	family_list_done(&families);
	return r;
}

int page_append(struct buf *buf)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_printf(buf,
			   "\n## %s\n\n%s\n\n| name | type | key of the records | what it is |\n"
			   "|---|---|---|---|\n",
			   parts[i].title, parts[i].text);
		for (unsigned int names = 0; names < EXPOSE_NAMES_COUNT && !r; names++)
			r = append_families(buf, parts[i].kind, (enum expose_names)names);
	}
	return r ? r : buf->error;
}
