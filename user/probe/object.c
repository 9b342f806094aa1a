/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probe/options.h"

/* How each of libbpf's skeletons begins. */
struct whole {
	struct bpf_object_skeleton *skeleton;
	struct bpf_object *object;
};

int object_open(struct object *object, const struct object_kind *kind, bool is_light)
{
	*object = (struct object){ .kind = kind };
	for (size_t i = 0; i < OBJECT_PROGRAMS_MAX; i++)
		object->program_fds[i] = object->link_fds[i] = -1;
	if (is_light) {
		object->light = kind->open_light();
		return object->light ? 0 : -ENOMEM;
	}
	object->whole = kind->open_whole();
	return object->whole ? 0 : -errno;
}

static bool is_set(const struct probe_options *options, size_t offset)
{
	return *((const bool *)options + offset);
}

static bool is_left_out(const struct object_program *program, const struct probe_options *options)
{
	return (program->knob && is_set(options, program->knob)) ||
	       (program->wish && !is_set(options, program->wish));
}

static struct bpf_program *find_whole(const struct object *object, size_t i)
{
	const struct whole *whole = object->whole;

	return bpf_object__find_program_by_name(whole->object, object->kind->programs[i].name);
}

static void leave_out_whole(struct object *object, const struct probe_options *options)
{
	for (size_t i = 0; i < object->kind->programs_count; i++)
		if (is_left_out(&object->kind->programs[i], options))
			(void)bpf_program__set_autoload(find_whole(object, i), false);
}

void object_keep_only(struct object *object, size_t program)
{
	for (size_t i = 0; i < object->kind->programs_count; i++)
		(void)bpf_program__set_autoload(find_whole(object, i), i == program);
	if (object->kind->ask_least)
		object->kind->ask_least(object->whole);
}

static void note_programs(struct object *object, const struct probe_options *options)
{
	for (size_t i = 0; i < object->kind->programs_count; i++) {
		const struct object_program *program = &object->kind->programs[i];

		if (is_left_out(program, options))
			continue;
		if (object->light)
			memcpy(&object->program_fds[i],
			       (const char *)object->light + program->light_fd, sizeof(int));
		else
			object->program_fds[i] = bpf_program__fd(find_whole(object, i));
	}
}

int object_load(struct object *object, const struct probe_options *options)
{
	int r;

	if (object->light) {
		r = object->kind->load_light(object->light);
	} else {
		leave_out_whole(object, options);
		r = object->kind->load_whole(object->whole);
	}
	if (r < 0)
		return r;
	note_programs(object, options);
	return 0;
}

/* libbpf's call has no cookie; kernels before 6.10 refuse one that is not 0. */
static int open_tracepoint(int program_fd, uint64_t cookie)
{
	const struct {
		__u64 name;
		__u32 program_fd;
		__u32 pad;
		__u64 cookie;
	} request = { .program_fd = (__u32)program_fd, .cookie = cookie };

	return (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &request, sizeof(request));
}

/* Not by the skeletons: a light one takes the -1 of the system call for the error. */
static int attach_program(int program_fd, enum object_attach attach, uint64_t cookie)
{
	int fd;

	if (attach == OBJECT_TRACEPOINT)
		fd = open_tracepoint(program_fd, cookie);
	else
		fd = bpf_link_create(program_fd, 0, BPF_TRACE_ITER, NULL);
	return fd < 0 ? -errno : fd;
}

int object_attach(struct object *object)
{
	for (size_t i = 0; i < object->kind->programs_count; i++) {
		const struct object_program *program = &object->kind->programs[i];
		int fd;

		if (program->attach == OBJECT_CALLED || object->program_fds[i] < 0)
			continue;
		fd = attach_program(object->program_fds[i], program->attach, object->cookie);
		/* That it is attached already is never the reason why one is missing. */
		if (fd < 0 && (!program->is_optional || fd == -EEXIST))
			return fd;
		if (fd < 0)
			object->missing[i].error = fd;
		else
			object->link_fds[i] = fd;
	}
	return 0;
}

bool object_can_attach_twice(const struct object *object, size_t program)
{
	int fd = attach_program(object->program_fds[program], OBJECT_TRACEPOINT, object->cookie);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

void object_detach(struct object *object)
{
	for (size_t i = 0; i < OBJECT_PROGRAMS_MAX; i++) {
		if (object->link_fds[i] >= 0)
			(void)close(object->link_fds[i]);
		object->link_fds[i] = -1;
	}
}

void object_close(struct object *object)
{
	if (!object->kind)
		return;
	object_detach(object);
	if (object->light)
		object->kind->free_light(object->light);
	if (object->whole)
		object->kind->free_whole(object->whole);
	*object = (struct object){ 0 };
}
