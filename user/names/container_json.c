/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "names/container_json.h"

#include <errno.h>

#ifdef DENET_WITHOUT_CJSON

int container_json_docker(const char *text, size_t len, struct label *ret_label)
{
	(void)text;
	(void)len;
	(void)ret_label;
	return -EOPNOTSUPP;
}

int container_json_docker_folder(const char *text, size_t len, const char *id, size_t size,
				 char *ret_folder)
{
	(void)text;
	(void)len;
	(void)id;
	(void)size;
	(void)ret_folder;
	return -EOPNOTSUPP;
}

int container_json_bundle(const char *text, size_t len, struct label *ret_label)
{
	return container_json_docker(text, len, ret_label);
}

int container_json_podman(const char *text, size_t len, const char *id, struct label *label)
{
	(void)id;
	return container_json_docker(text, len, label);
}

#else

#include <cjson/cJSON.h>
#include <stddef.h>
#include <string.h>

#include "host/label.h"
#include "util/cleanup.h"

static void json_freep(cJSON **json)
{
	cJSON_Delete(*json);
}

#define AUTO_JSON __attribute__((cleanup(json_freep))) cJSON

#define FIELD(name) offsetof(struct label, name)

/* Of labels and annotations; of several that say the same the first. */
static const struct {
	const char *key;
	size_t offset;
} known[] = {
	{ "io.kubernetes.cri.container-name", FIELD(container) },
	{ "io.kubernetes.container.name", FIELD(container) },
	{ "io.kubernetes.cri.sandbox-name", FIELD(pod) },
	{ "io.kubernetes.pod.name", FIELD(pod) },
	{ "io.kubernetes.cri.sandbox-namespace", FIELD(pod_namespace) },
	{ "io.kubernetes.pod.namespace", FIELD(pod_namespace) },
	{ "io.kubernetes.cri.image-name", FIELD(image) },
	{ "io.kubernetes.cri-o.ImageName", FIELD(image) },
	{ "nerdctl/name", FIELD(name) },
	{ "com.docker.compose.project", FIELD(project) },
	{ "com.docker.compose.service", FIELD(service) },
};

static void put(char to[LABEL_BYTES], const char *text)
{
	size_t len = text ? strnlen(text, LABEL_BYTES - 1) : 0;

	if (!len)
		return;
	memcpy(to, text, len);
	to[len] = '\0';
}

static const char *text_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static void take_known(const cJSON *labels, struct label *label)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char *to = (char *)label + known[i].offset;

		if (!to[0])
			put(to, text_of(labels, known[i].key));
	}
}

static cJSON *parse(const char *text, size_t len)
{
	cJSON *json = len <= CONTAINER_JSON_BYTES_MAX ? cJSON_ParseWithLength(text, len) : NULL;

	if (cJSON_IsObject(json) || cJSON_IsArray(json))
		return json;
	cJSON_Delete(json);
	return NULL;
}

int container_json_docker(const char *text, size_t len, struct label *ret_label)
{
	AUTO_JSON *json = parse(text, len);
	const cJSON *config = cJSON_GetObjectItemCaseSensitive(json, "Config");
	const char *name = text_of(json, "Name");
	struct label label = { 0 };

	put(label.name, name && name[0] == '/' ? name + 1 : name);
	put(label.image, text_of(config, "Image"));
	take_known(cJSON_GetObjectItemCaseSensitive(config, "Labels"), &label);
	if (!label.name[0])
		return -EBADMSG;
	*ret_label = label;
	return 0;
}

/* "FOLDER/ID/hostname": the length of what is before the last '/'; 0 when it is another's. */
static size_t folder_len(const char *source, const char *id)
{
	const char *last = source ? strrchr(source, '/') : NULL;
	size_t len = last ? (size_t)(last - source) : 0;
	size_t id_len = strlen(id);

	if (source && source[0] == '/' && len > id_len && source[len - id_len - 1] == '/' &&
	    memcmp(source + len - id_len, id, id_len) == 0)
		return len;
	return 0;
}

int container_json_docker_folder(const char *text, size_t len, const char *id, size_t size,
				 char *ret_folder)
{
	AUTO_JSON *json = parse(text, len);
	const cJSON *mount;

	cJSON_ArrayForEach(mount, cJSON_GetObjectItemCaseSensitive(json, "mounts"))
	{
		const char *at = text_of(mount, "destination");
		const char *source = text_of(mount, "source");
		size_t its_len =
			at && strcmp(at, "/etc/hostname") == 0 ? folder_len(source, id) : 0;

		if (!its_len)
			continue;
		if (its_len >= size)
			return -ENAMETOOLONG;
		memcpy(ret_folder, source, its_len);
		ret_folder[its_len] = '\0';
		return 0;
	}
	return -EBADMSG;
}

int container_json_bundle(const char *text, size_t len, struct label *ret_label)
{
	static const char type[] = "io.kubernetes.cri.container-type";
	AUTO_JSON *json = parse(text, len);
	const cJSON *annotations = cJSON_GetObjectItemCaseSensitive(json, "annotations");
	const char *is = text_of(annotations, type);
	struct label label = { 0 };

	take_known(annotations, &label);
	if (is && strcmp(is, "sandbox") == 0)
		put(label.container, "pause");
	if (!label.name[0] && !label.container[0])
		return -EBADMSG;
	*ret_label = label;
	return 0;
}

/* The metadata is JSON in a text, and has the name that the container came with, as conmon has; names[0] is today's. */
static int take_podman(const cJSON *container, struct label *label)
{
	const char *text = text_of(container, "metadata");
	AUTO_JSON *metadata = text ? parse(text, strlen(text)) : NULL;
	const cJSON *name =
		cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(container, "names"), 0);

	put(label->image, text_of(metadata, "image-name"));
	put(label->name, cJSON_GetStringValue(name));
	return 0;
}

int container_json_podman(const char *text, size_t len, const char *id, struct label *label)
{
	AUTO_JSON *json = parse(text, len);
	const cJSON *container;

	if (!json)
		return -EBADMSG;
	cJSON_ArrayForEach(container, json)
	{
		const char *its = text_of(container, "id");

		if (its && strcmp(its, id) == 0)
			return take_podman(container, label);
	}
	return -ENOENT;
}

#endif
