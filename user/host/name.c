/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/name.h"

#include <ctype.h>
#include <string.h>

#include "util/parse.h"

#define ID_DIGITS 64
#define UUID_BYTES 36
#define HASH_DIGITS 32 /* of a static pod, of a task of Fargate */
#define ESCAPED_DASH "\\x2d"

/* What stands between the two ends of a part. */
enum body {
	BODY_ANY, /* a name, with systemd's escapes */
	BODY_ID, /* 64 hexadecimal digits */
	BODY_UUID,
	BODY_POD_UID, /* the same, its dashes may be '_'; or a hash */
	BODY_DIGITS,
	BODY_NUMBERED, /* digits, an escaped dash, a name */
	BODY_TASK, /* a hash, '-', digits */
	BODY_ALLOCATION, /* a UUID, '.', a name */
};

/* One '*' in a text stands for any bytes. */
struct pattern {
	enum name_type type;
	const char *runtime;
	const char *above; /* the part before; NULL: whatever it is, as the next */
	const char *far_above; /* the one before that */
	const char *front;
	enum body body;
	const char *back;
};

/* The first that fits. What only looks like a container comes first. */
static const struct pattern patterns[] = {
	{ NAME_CGROUP, NULL, NULL, NULL, "", BODY_ANY, ".mount" },
	{ NAME_UNIT, NULL, NULL, NULL, "libpod-conmon-", BODY_ANY, ".scope" },
	{ NAME_UNIT, NULL, NULL, NULL, "crio-conmon-", BODY_ANY, ".scope" },
	{ NAME_UNIT, NULL, NULL, NULL, "podman-", BODY_DIGITS, ".scope" },
	{ NAME_CGROUP, NULL, NULL, NULL, "lxc.monitor", BODY_ANY, "" },

	{ NAME_CONTAINER, "docker", NULL, NULL, "docker-", BODY_ID, ".scope" },
	{ NAME_CONTAINER, "docker", "docker", NULL, "", BODY_ID, "" },
	{ NAME_CONTAINER, "podman", NULL, NULL, "libpod-payload-", BODY_ID, "" },
	{ NAME_CONTAINER, "podman", NULL, NULL, "libpod-", BODY_ID, ".scope" },
	{ NAME_CONTAINER, "podman", NULL, NULL, "libpod-", BODY_ID, "" },
	{ NAME_POD, "podman", NULL, NULL, "machine-libpod_pod_", BODY_ID, ".slice" },
	{ NAME_CONTAINER, "containerd", NULL, NULL, "cri-containerd-", BODY_ID, ".scope" },
	{ NAME_CONTAINER, "containerd", NULL, NULL, "*:cri-containerd:", BODY_ID, "" },
	{ NAME_CONTAINER, "cri-o", NULL, NULL, "crio-", BODY_ID, ".scope" },
	{ NAME_CONTAINER, "cri-o", NULL, NULL, "crio-", BODY_ID, "" },
	{ NAME_CONTAINER, "nerdctl", NULL, NULL, "nerdctl-", BODY_ID, ".scope" },
	{ NAME_POD, "kubernetes", NULL, NULL, "kubepods*-pod", BODY_POD_UID, ".slice" },
	{ NAME_POD, "kubernetes", NULL, NULL, "kubelet-kubepods*-pod", BODY_POD_UID, ".slice" },
	{ NAME_POD, "kubernetes", "kubepods", NULL, "pod", BODY_POD_UID, "" },
	{ NAME_POD, "kubernetes", NULL, "kubepods", "pod", BODY_POD_UID, "" },
	{ NAME_CONTAINER, "kubernetes", "pod*", NULL, "", BODY_ID, "" },
	{ NAME_CONTAINER, "ecs", NULL, "ecs", "", BODY_ID, "" },
	{ NAME_CONTAINER, "fargate", NULL, "ecs", "", BODY_TASK, "" },
	{ NAME_CONTAINER, "actions", "actions_job", NULL, "", BODY_ID, "" },
	{ NAME_CONTAINER, NULL, NULL, NULL, "", BODY_ID, "" },
	{ NAME_CONTAINER, "lxc", NULL, NULL, "lxc.payload.", BODY_ANY, "" },
	{ NAME_CONTAINER, "lxc", "lxc.payload", NULL, "", BODY_ANY, "" },
	{ NAME_CONTAINER, "lxc", "lxc", NULL, "", BODY_ANY, "" },
	{ NAME_CONTAINER, "lxc", NULL, NULL, "machine-lxc" ESCAPED_DASH, BODY_NUMBERED, ".scope" },
	{ NAME_VM, "libvirt", NULL, NULL, "machine-qemu" ESCAPED_DASH, BODY_NUMBERED, ".scope" },
	{ NAME_CONTAINER, "nspawn", NULL, NULL, "machine-", BODY_ANY, ".scope" },
	{ NAME_CONTAINER, "nspawn", NULL, NULL, "systemd-nspawn@", BODY_ANY, ".service" },
	{ NAME_VM, "proxmox", "qemu.slice", NULL, "", BODY_DIGITS, ".scope" },
	{ NAME_JOB, "slurm", "*slurmstepd.scope", NULL, "job_", BODY_DIGITS, "" },
	{ NAME_JOB, "slurm", "uid_*", NULL, "job_", BODY_DIGITS, "" },
	{ NAME_JOB, "slurm", "job_*", NULL, "step_", BODY_ANY, "" },
	{ NAME_CONTAINER, "nomad", NULL, "nomad.slice", "", BODY_ALLOCATION, ".scope" },
	{ NAME_CONTAINER, "garden", "garden", NULL, "", BODY_UUID, "" },
	{ NAME_CONTAINER, "runc", NULL, NULL, "runc-", BODY_ANY, ".scope" },
	{ NAME_CONTAINER, "crun", NULL, NULL, "crun-", BODY_ANY, ".scope" },
	{ NAME_UNIT, NULL, NULL, NULL, "", BODY_ANY, ".service" },
	{ NAME_UNIT, NULL, NULL, NULL, "", BODY_ANY, ".scope" },
};

#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

const char *name_type_word(enum name_type type)
{
	static const char *const words[] = {
		[NAME_CGROUP] = "cgroup", [NAME_UNIT] = "unit", [NAME_CONTAINER] = "container",
		[NAME_POD] = "pod",	  [NAME_VM] = "vm",	[NAME_JOB] = "job",
	};

	return words[type];
}

/* Cuts the last part off a path. */
static struct parse_span take_last(struct parse_span *path)
{
	size_t at = path->len;
	struct parse_span part;

	while (at && path->at[at - 1] != '/')
		at--;
	part = (struct parse_span){ path->at + at, path->len - at };
	path->len = at ? at - 1 : 0;
	return part;
}

static bool take_back(struct parse_span *part, const char *back)
{
	size_t len = strlen(back);

	if (part->len < len || memcmp(part->at + part->len - len, back, len) != 0)
		return false;
	part->len -= len;
	return true;
}

/* Of several places where what follows the '*' stands, the last. */
static bool take_front(struct parse_span *part, const char *front)
{
	const char *star = strchr(front, '*');
	struct parse_span rest = *part;
	size_t before = star ? (size_t)(star - front) : 0;
	size_t behind;

	if (!star)
		return parse_take_literal(part, front);
	if (rest.len < before || memcmp(rest.at, front, before) != 0)
		return false;
	behind = strlen(star + 1);
	for (size_t at = rest.len; at >= before + behind; at--)
		if (memcmp(rest.at + at - behind, star + 1, behind) == 0) {
			*part = (struct parse_span){ rest.at + at, rest.len - at };
			return true;
		}
	return false;
}

static bool is_like(struct parse_span part, const char *text)
{
	const char *star = text ? strchr(text, '*') : NULL;

	if (!text)
		return true;
	if (!star)
		return parse_span_equals(part, text);
	return star == text ? take_back(&part, text + 1) : take_front(&part, text);
}

static size_t count_of(struct parse_span part, int (*is_such)(int byte))
{
	size_t count = 0;

	while (count < part.len && is_such((unsigned char)part.at[count]))
		count++;
	return count;
}

static bool is_id(struct parse_span part, size_t digits)
{
	return part.len == digits && count_of(part, isxdigit) == digits;
}

static bool is_uuid(struct parse_span part, bool takes_underscores)
{
	if (part.len != UUID_BYTES)
		return false;
	for (size_t i = 0; i < part.len; i++) {
		bool is_dash = part.at[i] == '-' || (takes_underscores && part.at[i] == '_');

		if (i == 8 || i == 13 || i == 18 || i == 23 ? !is_dash
							    : !isxdigit((unsigned char)part.at[i]))
			return false;
	}
	return true;
}

static void put(char to[NAME_BYTES], struct parse_span part)
{
	size_t len = part.len < NAME_BYTES ? part.len : NAME_BYTES - 1;

	memcpy(to, part.at, len);
	to[len] = '\0';
}

/* Of systemd's: \x2d. A NUL is none. */
static void put_unescaped(char to[NAME_BYTES], struct parse_span part)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;

	for (size_t i = 0; i < part.len && len < NAME_BYTES - 1; i++) {
		const char *at = part.at + i;
		const char *high = part.len - i >= 4 && at[0] == '\\' && at[1] == 'x' && at[2]
					   ? strchr(digits, at[2])
					   : NULL;
		const char *low = high && at[3] ? strchr(digits, at[3]) : NULL;
		int byte = low ? (int)((high - digits) * 16 + (low - digits)) : 0;

		to[len++] = byte ? (char)byte : *at;
		i += byte ? 3 : 0;
	}
	to[len] = '\0';
}

static void put_id(struct name *name, struct parse_span id)
{
	put(name->id, id);
	put(name->text,
	    (struct parse_span){ id.at, id.len < NAME_SHORT_ID ? id.len : NAME_SHORT_ID });
}

static bool take_numbered(struct parse_span part, struct name *name)
{
	size_t digits = count_of(part, isdigit);

	part.at += digits;
	part.len -= digits;
	if (!digits || !parse_take_literal(&part, ESCAPED_DASH) || !part.len)
		return false;
	put_unescaped(name->text, part);
	return true;
}

static bool take_task(struct parse_span part, struct name *name)
{
	struct parse_span hash = { part.at, HASH_DIGITS };
	struct parse_span rest;

	if (part.len < HASH_DIGITS + 2 || !is_id(hash, HASH_DIGITS) || part.at[HASH_DIGITS] != '-')
		return false;
	rest = (struct parse_span){ part.at + HASH_DIGITS + 1, part.len - HASH_DIGITS - 1 };
	if (count_of(rest, isdigit) != rest.len)
		return false;
	put_id(name, part);
	return true;
}

static bool take_allocation(struct parse_span part, struct name *name)
{
	struct parse_span uuid = { part.at, UUID_BYTES };

	if (part.len < UUID_BYTES + 2 || part.at[UUID_BYTES] != '.' || !is_uuid(uuid, false))
		return false;
	put(name->id, uuid);
	put_unescaped(name->text,
		      (struct parse_span){ part.at + UUID_BYTES + 1, part.len - UUID_BYTES - 1 });
	return true;
}

static bool take_pod(struct parse_span part, struct name *name)
{
	if (!is_uuid(part, true) && !is_id(part, HASH_DIGITS))
		return false;
	put(name->id, part);
	for (char *at = name->id; *at; at++)
		*at = *at == '_' ? '-' : *at;
	put(name->text, parse_span_of(name->id));
	return true;
}

static bool take_body(enum body body, struct parse_span part, struct name *name)
{
	switch (body) {
	case BODY_ID:
		if (!is_id(part, ID_DIGITS))
			return false;
		put_id(name, part);
		return true;
	case BODY_UUID:
		if (!is_uuid(part, false))
			return false;
		put_id(name, part);
		return true;
	case BODY_POD_UID:
		return take_pod(part, name);
	case BODY_NUMBERED:
		return take_numbered(part, name);
	case BODY_TASK:
		return take_task(part, name);
	case BODY_ALLOCATION:
		return take_allocation(part, name);
	case BODY_DIGITS:
		put(name->text, part);
		return part.len && count_of(part, isdigit) == part.len;
	default:
		put_unescaped(name->text, part);
		return part.len > 0;
	}
}

/* A unit is called by its whole name, and a step with its job's, as those who made them do. */
static void finish(struct name *name, struct parse_span part, struct parse_span above)
{
	char job[NAME_BYTES];
	size_t len, step_len;

	if (name->type == NAME_UNIT)
		put(name->text, part);
	if (name->type != NAME_JOB || !parse_take_literal(&above, "job_"))
		return;
	put(job, above);
	len = strlen(job);
	step_len = strlen(name->text);
	if (len + 1 + step_len >= NAME_BYTES)
		return;
	memmove(name->text + len + 1, name->text, step_len + 1);
	memcpy(name->text, job, len);
	name->text[len] = '.';
}

bool name_of_cgroup(const char *path, size_t len, struct name *ret_name)
{
	struct parse_span rest = { path, len };
	struct parse_span part = take_last(&rest);
	struct parse_span above = take_last(&rest);
	struct parse_span far_above = take_last(&rest);

	for (size_t i = 0; i < PATTERNS; i++) {
		const struct pattern *pattern = &patterns[i];
		struct parse_span body = part;
		struct name name = { .type = pattern->type, .runtime = pattern->runtime };

		if (!is_like(above, pattern->above) || !is_like(far_above, pattern->far_above) ||
		    !take_back(&body, pattern->back) || !take_front(&body, pattern->front) ||
		    !take_body(pattern->body, body, &name))
			continue;
		if (name.type == NAME_CGROUP)
			return false;
		finish(&name, part, above);
		*ret_name = name;
		return true;
	}
	return false;
}

bool name_find(const char *path, size_t len, struct name *ret_name, size_t *ret_len)
{
	while (len) {
		if (name_of_cgroup(path, len, ret_name)) {
			*ret_len = len;
			return true;
		}
		while (len && path[len - 1] != '/')
			len--;
		len -= len ? 1 : 0;
	}
	return false;
}
