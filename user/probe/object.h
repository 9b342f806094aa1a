/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A BPF object in the kernel, got there by one of its two skeletons: the light one, for which the
 * kernel relocates, or libbpf's. What is the same for both is done here, links above all: they are
 * descriptors of ours, so that an object can be detached and attached again.
 */
#ifndef DENET_PROBE_OBJECT_H
#define DENET_PROBE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/reason.h"

struct probe_options;

#define OBJECT_PROGRAMS_MAX 12

enum object_attach { OBJECT_TRACEPOINT, OBJECT_ITERATOR, OBJECT_CALLED };

struct object_program {
	const char *name;
	const char *hook; /* the section that it is in */
	enum object_attach attach;
	/* What it sees is left out where it is refused. The light skeleton loads all or none, so that
	 * one that a kernel may lack belongs into an object of its own. */
	bool is_optional;
	size_t knob; /* offset of a bool in struct probe_options that leaves it out; 0 for none */
	size_t wish; /* likewise, without which it is left out; not in the light skeleton */
	size_t light_fd; /* offset of its descriptor in the light skeleton */
};

/* The calls of the generated skeletons; a whole one begins with its bpf_object_skeleton and object. */
struct object_kind {
	const char *name;
	const struct object_program *programs;
	size_t programs_count;
	bool is_for_attach; /* only needed to follow a process that runs already */
	bool is_optional; /* a sample costs more without, nothing is missed */
	void *(*open_light)(void);
	int (*load_light)(void *skeleton);
	void (*free_light)(void *skeleton);
	void *(*open_whole)(void);
	int (*load_whole)(void *skeleton);
	void (*free_whole)(void *skeleton);
	void (*ask_least)(void *skeleton); /* of a whole one: what every kernel has; or NULL */
};

#define OBJECT_LIGHT_FD(skeleton, program) offsetof(struct skeleton, progs.program.prog_fd)

/* Defines what a kind names, of name_lskel.h and name_skel.h. */
#define OBJECT_CALLS(name)                            \
	static void *name##_open_light(void)          \
	{                                             \
		return name##_lskel__open();          \
	}                                             \
	static int name##_load_light(void *skeleton)  \
	{                                             \
		return name##_lskel__load(skeleton);  \
	}                                             \
	static void name##_free_light(void *skeleton) \
	{                                             \
		name##_lskel__destroy(skeleton);      \
	}                                             \
	static void *name##_open_whole(void)          \
	{                                             \
		return name##_skel__open();           \
	}                                             \
	static int name##_load_whole(void *skeleton)  \
	{                                             \
		return name##_skel__load(skeleton);   \
	}                                             \
	static void name##_free_whole(void *skeleton) \
	{                                             \
		name##_skel__destroy(skeleton);       \
	}

#define OBJECT_USE_CALLS(name)                                            \
	.open_light = name##_open_light, .load_light = name##_load_light, \
	.free_light = name##_free_light, .open_whole = name##_open_whole, \
	.load_whole = name##_load_whole, .free_whole = name##_free_whole

struct object {
	const struct object_kind *kind;
	void *light; /* owned; one of these two, neither when it is not open */
	void *whole; /* owned */
	int program_fds[OBJECT_PROGRAMS_MAX]; /* borrowed from the skeleton; -1: left out */
	int link_fds[OBJECT_PROGRAMS_MAX]; /* owned; -1: not attached */
	uint64_t cookie; /* of its links, for the programs; set before it is attached; 0: none */
	struct probe_reason missing[OBJECT_PROGRAMS_MAX]; /* why an optional one is left out */
};

/* Then the caller fills in what the skeleton wants to know. */
int object_open(struct object *object, const struct object_kind *kind, bool is_light);
/* To try it, by libbpf. */
void object_keep_only(struct object *object, size_t program);
int object_load(struct object *object, const struct probe_options *options);
int object_attach(struct object *object);
/* One that is attached: whether the kernel would attach it once more, and not say -EEXIST. */
bool object_can_attach_twice(const struct object *object, size_t program);
void object_detach(struct object *object);

/* Accepts what is not open. */
void object_close(struct object *object);

static inline void object_freep(struct object *object)
{
	object_close(object);
}

#endif
