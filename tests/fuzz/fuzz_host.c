/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a container's user can write or choose: paths of cgroups, JSON of runtimes, names of pods. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/label.h"
#include "host/name.h"
#include "host/workload.h"
#include "names/container_json.h"
#include "names/supervisor.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static void check_name(const struct name *name)
{
	check(memchr(name->text, 0, sizeof(name->text)) && memchr(name->id, 0, sizeof(name->id)));
	check(name->text[0] && name->type != NAME_CGROUP && name_type_word(name->type));
}

static void fuzz_path(const char *path, size_t len)
{
	struct name name, around;
	size_t around_len;

	if (name_of_cgroup(path, len, &name)) {
		check_name(&name);
		check(name_find(path, len, &around, &around_len) && around_len == len);
	}
	if (name_find(path, len, &around, &around_len)) {
		check_name(&around);
		check(around_len && around_len <= len);
	}
}

static void check_label(const struct label *label)
{
	const char *texts[] = { label->name,	      label->image,	label->pod,
				label->pod_namespace, label->container, label->project,
				label->service };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(memchr(texts[i], 0, LABEL_BYTES));
}

static void fuzz_json(const char *text, size_t len)
{
	struct label label = { 0 };

	if (!container_json_docker(text, len, &label))
		check(label.name[0]);
	check_label(&label);
	if (!container_json_bundle(text, len, &label))
		check(label.name[0] || label.container[0]);
	check_label(&label);
	(void)container_json_podman(text, len, "id", &label);
	check_label(&label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A block of its own, so that a byte too far is seen. */
	AUTO_FREE char *exact = malloc(size + !size);
	AUTO_FREE char *text = malloc(size + 1);
	struct label label = { 0 };

	if (!exact || !text)
		return 0;
	if (size)
		memcpy(exact, data, size);
	memcpy(text, exact, size);
	text[size] = '\0';
	/* No folder has a NUL in its name. */
	fuzz_path(exact, strnlen(exact, size));
	fuzz_json(exact, size);
	if (supervisor_split_name(text, &label))
		check(label.pod[0] && label.container[0] && label.pod_namespace[0]);
	check_label(&label);
	check(workload_len(text) <= strlen(text));
	return 0;
}
