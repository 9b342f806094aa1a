/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The JSON that runtimes keep of their containers. Whatever it holds is taken as it is, or refused: users of
 * containers choose names, images and labels, and a file may be half written.
 */
#ifndef DENET_NAMES_CONTAINER_JSON_H
#define DENET_NAMES_CONTAINER_JSON_H

#include <stddef.h>

struct label;

#define CONTAINER_JSON_BYTES_MAX (4 << 20) /* larger ones are not read */

/* docker's config.v2.json. -EBADMSG where it is not whole, or says nothing. */
int container_json_docker(const char *text, size_t len, struct label *ret_label);

/*
 * The folder of docker's that has the container's config.v2.json, by what the bundle's config.json mounts from there:
 * docker keeps it where it was told to. -EBADMSG; -ENAMETOOLONG.
 */
int container_json_docker_folder(const char *text, size_t len, const char *id, size_t size,
				 char *ret_folder);

/* A bundle's config.json: the annotations that containerd, CRI-O and nerdctl write. The same. */
int container_json_bundle(const char *text, size_t len, struct label *ret_label);

/* Name and image of one among all that podman's containers.json has. -ENOENT, -EBADMSG. */
int container_json_podman(const char *text, size_t len, const char *id, struct label *label);

#endif
