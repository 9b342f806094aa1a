/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/children.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "procfs/numbered.h"
#include "procfs/procfs.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define READ_BYTES 4096
/* Four million pids, the kernel's own limit, of seven digits and a blank. */
#define TEXT_MAX (32u << 20)

void children_done(struct pid_list *list)
{
	free(list->pids);
	buf_done(&list->text);
	*list = (struct pid_list){ 0 };
}

static int append(struct pid_list *list, pid_t pid)
{
	size_t room = list->room ? list->room * 2 : 64;
	pid_t *grown;

	if (list->count == list->room) {
		grown = array_resize(list->pids, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->pids = grown;
		list->room = room;
	}
	list->pids[list->count++] = pid;
	return 0;
}

int children_open(const struct procfs *procfs, pid_t pid, pid_t tid)
{
	char name[40];
	int fd;

	(void)snprintf(name, sizeof(name), "task/%d/children", (int)tid);
	fd = procfs_open_pid(procfs, pid, name);
	return fd == -ESRCH ? -ENOENT : fd;
}

static int parse_line(struct parse_span span, struct pid_list *list)
{
	struct parse_span word;
	uint64_t pid;
	int r;

	while (parse_take_word(&span, &word)) {
		word = parse_span_trim(word);
		if (!parse_take_u64(&word, &pid) || word.len || !pid || pid > INT_MAX)
			continue;
		r = append(list, (pid_t)pid);
		if (r)
			return r;
	}
	return 0;
}

int children_parse(const char *text, size_t len, struct pid_list *list)
{
	struct parse_span span = { text, len }, line;
	int r = 0;

	while (!r && parse_take_until(&span, '\n', &line))
		r = parse_line(line, list);
	return r;
}

/* The kernel gives a page a read. */
int children_read(int fd, struct pid_list *list)
{
	struct buf *text = &list->text;
	ssize_t got;

	buf_reset(text);
	do {
		if (buf_reserve(text, READ_BYTES))
			return -ENOMEM;
		got = pread(fd, text->data + text->len, READ_BYTES, (off_t)text->len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		text->len += (size_t)got;
	} while (got && text->len < TEXT_MAX);
	return children_parse(text->data, text->len, list);
}

static int read_thread(const struct procfs *procfs, pid_t pid, pid_t tid, struct pid_list *list)
{
	AUTO_FD int fd = children_open(procfs, pid, tid);

	return fd < 0 ? fd : children_read(fd, list);
}

int children_list_tasks(const struct procfs *procfs, pid_t pid, struct pid_list *list)
{
	AUTO_FREE uint32_t *tids = NULL;
	char path[32] = ".";
	size_t count = 0, i;
	int r;

	if (pid)
		(void)snprintf(path, sizeof(path), "%d/task", (int)pid);
	r = numbered_list(procfs->proc, path, "", &tids, &count);
	for (i = 0; !r && i < count; i++)
		if (tids[i] <= INT_MAX)
			r = append(list, (pid_t)tids[i]);
	return r;
}

int children_read_process(const struct procfs *procfs, pid_t pid, pid_t tid, struct pid_list *list)
{
	__attribute__((cleanup(children_done))) struct pid_list tasks = { 0 };
	size_t i;
	int r;

	if (tid)
		return read_thread(procfs, pid, tid, list);
	r = children_list_tasks(procfs, pid, &tasks);
	for (i = 0; !r && i < tasks.count; i++) {
		r = read_thread(procfs, pid, tasks.pids[i], list);
		if (r == -ENOENT || r == -ESRCH)
			r = 0;
	}
	return r;
}
