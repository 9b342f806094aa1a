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
#define DOCKER_FOLDER "/var/lib/docker/containers/%s" /* unless it was told another */
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

static int load_in(const char *root, const char *folder, const char *name, uid_t owner,
		   struct text *ret_text)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

	return len > 0 && (size_t)len < sizeof(path) ? load(root, path, owner, ret_text)
						     : -ENAMETOOLONG;
}

static int ask_docker(const char *root, const char *folder, struct label *label)
{
	__attribute__((cleanup(text_freep))) struct text text = { 0 };
	int r = load_in(root, folder, "config.v2.json", 0, &text);

	return r ? r : container_json_docker(text.bytes, text.len, label);
}

static int ask_usual_docker(const char *root, const char *id, struct label *label)
{
	char folder[PATH_MAX];

	(void)snprintf(folder, sizeof(folder), DOCKER_FOLDER, id);
	return ask_docker(root, folder, label);
}

static int ask_bundle(const char *root, const char *folder, uid_t owner, struct label *label)
{
	__attribute__((cleanup(text_freep))) struct text text = { 0 };
	int r = load_in(root, folder, "config.json", owner, &text);

	return r ? r : container_json_bundle(text.bytes, text.len, label);
}

/* A shim is that of a whole pod, and works in the folder of its first container. */
static int find_bundle(const struct procfs *procfs, pid_t shim, const char *id,
		       char folder[PATH_MAX])
{
	int r = process_read_cwd(procfs, shim, PATH_MAX, folder);
	char *last = r ? NULL : strrchr(folder, '/');

	if (r)
		return r;
	if (!last || (size_t)(last - folder) + 1 + strlen(id) >= PATH_MAX)
		return -ENOENT;
	memcpy(last + 1, id, strlen(id) + 1);
	return 0;
}

/* Of a docker that keeps its files elsewhere. */
static int ask_docker_of(const char *root, const char *bundle, const char *id, struct label *label)
{
	__attribute__((cleanup(text_freep))) struct text text = { 0 };
	char folder[PATH_MAX];
	int r = load_in(root, bundle, "config.json", 0, &text);

	if (!r)
		r = container_json_docker_folder(text.bytes, text.len, id, sizeof(folder), folder);
	return r ? r : ask_docker(root, folder, label);
}

static int ask_shim(const struct procfs *procfs, const char *root,
		    const struct supervisor *supervisor, const char *id, struct label *label)
{
	bool is_docker = strcmp(supervisor->space, "moby") == 0;
	char folder[PATH_MAX];
	int r = is_docker ? ask_usual_docker(root, id, label) : -ENOENT;

	if (r != -ENOENT)
		return r;
	r = find_bundle(procfs, supervisor->pid, id, folder);
	if (r)
		return r;
	return is_docker ? ask_docker_of(root, folder, id, label)
			 : ask_bundle(root, folder, 0, label);
}

static void take_podman_file(const char *root, const char *bundle, uid_t owner, const char *id,
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

/* Its command line is enough; files have the image, and another name where it was renamed. */
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
		take_podman_file(root, supervisor->bundle, owner, id, &label);
	}
	*ret_label = label;
	return 0;
}

/* containerd's own, without Kubernetes, docker and systemd: "/NAMESPACE/NAME", as its shim was started. */
static int ask_plain(const struct supervisor *supervisor, const char *path, struct label *ret_label)
{
	struct label label = { .runtime = "containerd" };
	char its[LOOKUP_PATH_BYTES];

	(void)snprintf(its, sizeof(its), "/%s/%s", supervisor->space, supervisor->id);
	if (supervisor->kind != SUPERVISOR_SHIM || !supervisor->id[0] || strcmp(its, path) != 0)
		return -ENOENT;
	memcpy(label.name, supervisor->id, sizeof(label.name));
	*ret_label = label;
	return 0;
}

int lookup_label(const struct procfs *procfs, const char *root,
		 const struct lookup_question *question, struct label *ret_label)
{
	struct supervisor supervisor;
	int r = -ENOENT;

	if (question->id[0] && !is_id(question->id))
		return -ENOENT;
	if (strcmp(question->runtime, "docker") == 0)
		r = ask_usual_docker(root, question->id, ret_label);
	if (r != -ENOENT)
		return r;
	if (!question->pid || !supervisor_find(procfs, question->pid, question->controller,
					       question->path, &supervisor))
		return -ENOENT;
	if (!question->id[0])
		return ask_plain(&supervisor, question->path, ret_label);
	if (supervisor.kind == SUPERVISOR_SHIM)
		return ask_shim(procfs, root, &supervisor, question->id, ret_label);
	return ask_conmon(procfs, root, &supervisor, question->id, ret_label);
}
