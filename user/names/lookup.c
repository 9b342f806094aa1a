/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "names/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names/container_json.h"
#include "names/supervisor.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define ID_DIGITS 64
#define DOCKER_FILE "/var/lib/docker/containers/%s/config.v2.json"
#define PODMAN_FOLDERS \
	"-containers/" /* overlay-containers, vfs-containers: all of a user's are beside it */

struct text {
	char *bytes;
	size_t len;
};

static void text_freep(const struct text *text)
{
	free(text->bytes);
}

/* Part of a path, so nothing but digits. */
static bool is_id(const char *id)
{
	return strlen(id) == ID_DIGITS && strspn(id, "0123456789abcdef") == ID_DIGITS;
}

/* Of the runtime's user or root: what others may write says nothing. */
static bool is_trusted(int fd, uid_t owner)
{
	struct stat facts;

	return fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) &&
	       (facts.st_uid == 0 || facts.st_uid == owner || facts.st_uid == geteuid()) &&
	       !(facts.st_mode & S_IWOTH) && facts.st_size <= CONTAINER_JSON_BYTES_MAX;
}

static int load(const char *root, const char *path, uid_t owner, struct text *ret_text)
{
	char whole[PATH_MAX];
	int len = snprintf(whole, sizeof(whole), "%s%s", root, path);
	AUTO_FD int fd = -1;
	AUTO_FREE char *bytes = NULL;
	size_t size = CONTAINER_JSON_BYTES_MAX;

	if (len < 0 || (size_t)len >= sizeof(whole))
		return -ENAMETOOLONG;
	fd = open(whole, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (!is_trusted(fd, owner))
		return -EPERM;
	bytes = malloc(size);
	if (!bytes)
		return -ENOMEM;
	len = procfs_read(fd, size, bytes, &ret_text->len);
	if (len)
		return len;
	ret_text->bytes = TAKE(bytes);
	return 0;
}

static uid_t owner_of(const struct procfs *procfs, pid_t pid)
{
	char path[PATH_MAX];
	struct stat facts;

	if (procfs_path_pid(procfs, pid, "", sizeof(path), path) || stat(path, &facts))
		return 0;
	return facts.st_uid;
}

static int ask_docker(const char *root, const char *id, struct label *label)
{
	__attribute__((cleanup(text_freep))) struct text text = { 0 };
	char path[PATH_MAX];
	int r;

	(void)snprintf(path, sizeof(path), DOCKER_FILE, id);
	r = load(root, path, 0, &text);
	return r ? r : container_json_docker(text.bytes, text.len, label);
}

static int ask_bundle(const char *root, const char *folder, uid_t owner, struct label *label)
{
	__attribute__((cleanup(text_freep))) struct text text = { 0 };
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/config.json", folder);
	int r = len > 0 && (size_t)len < sizeof(path) ? load(root, path, owner, &text)
						      : -ENAMETOOLONG;

	return r ? r : container_json_bundle(text.bytes, text.len, label);
}

/* A shim is that of a whole pod, and works in the folder of its first container. */
static int ask_shim(const struct procfs *procfs, const char *root,
		    const struct supervisor *supervisor, const char *id, struct label *label)
{
	char folder[PATH_MAX];
	char *last;
	int r;

	if (strcmp(supervisor->space, "moby") == 0)
		return ask_docker(root, id, label);
	r = process_read_cwd(procfs, supervisor->pid, sizeof(folder), folder);
	if (r)
		return r;
	last = strrchr(folder, '/');
	if (!last || (size_t)(last - folder) + 1 + strlen(id) >= sizeof(folder))
		return -ENOENT;
	memcpy(last + 1, id, strlen(id) + 1);
	return ask_bundle(root, folder, 0, label);
}

static void take_podman_image(const char *root, const char *bundle, uid_t owner, const char *id,
			      struct label *label)
{
	__attribute__((cleanup(text_freep))) struct text text = { 0 };
	const char *end = strstr(bundle, PODMAN_FOLDERS);
	char path[PATH_MAX];
	int len = end ? snprintf(path, sizeof(path), "%.*s" PODMAN_FOLDERS "containers.json",
				 (int)(end - bundle), bundle)
		      : -1;

	if (len > 0 && (size_t)len < sizeof(path) && load(root, path, owner, &text) == 0)
		(void)container_json_podman(text.bytes, text.len, id, label);
}

/* Its command line is enough; files have the image. */
static int ask_conmon(const struct procfs *procfs, const char *root,
		      const struct supervisor *supervisor, const char *id, struct label *ret_label)
{
	uid_t owner = owner_of(procfs, supervisor->pid);
	struct label label = { 0 }, more;

	if (supervisor_split_name(supervisor->name, &label)) {
		if (ask_bundle(root, supervisor->bundle, owner, &more) == 0)
			memcpy(label.image, more.image, sizeof(label.image));
	} else {
		memcpy(label.name, supervisor->name, sizeof(label.name));
		take_podman_image(root, supervisor->bundle, owner, id, &label);
	}
	*ret_label = label;
	return 0;
}

int lookup_label(const struct procfs *procfs, const char *root,
		 const struct lookup_question *question, struct label *ret_label)
{
	struct supervisor supervisor;

	if (!is_id(question->id))
		return -ENOENT;
	if (strcmp(question->runtime, "docker") == 0)
		return ask_docker(root, question->id, ret_label);
	if (!question->pid || !supervisor_find(procfs, question->pid, question->controller,
					       question->path, &supervisor))
		return -ENOENT;
	if (supervisor.kind == SUPERVISOR_SHIM)
		return ask_shim(procfs, root, &supervisor, question->id, ret_label);
	return ask_conmon(procfs, root, &supervisor, question->id, ret_label);
}
