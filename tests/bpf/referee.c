/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "bpf/referee.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/parse.h"

#define CLOSE_TRIES 2000 /* of a millisecond */

static int read_text(const char *dir, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	AUTO_FD int fd = -1;
	ssize_t len;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return 0;
}

/* True when a line of mountinfo is of that type with that option; "" is in every line. */
static bool is_mount(struct parse_span line, const char *type, const char *option,
		     struct parse_span *ret_point)
{
	struct parse_span words[5] = { 0 };
	struct parse_span word;
	struct parse_span rest;

	for (int i = 0; i < 5; i++) {
		if (!parse_take_word(&line, &words[i]))
			return false;
	}
	do {
		if (!parse_take_word(&line, &word))
			return false;
	} while (!parse_span_equals(word, "-"));
	if (!parse_take_word(&line, &word) || !parse_span_equals(word, type))
		return false;
	parse_take_word(&line, &word); /* the source */
	parse_take_word(&line, &rest);
	*ret_point = words[4];
	while (parse_take_until(&rest, ',', &word)) {
		if (!*option || parse_span_equals(word, option))
			return true;
	}
	return false;
}

/* Makes a directory of our own in the hierarchy; empty when it is not mounted. */
static int make_dir(const char *type, const char *option, char dir[PATH_MAX])
{
	static unsigned int count;
	char text[32768];
	struct parse_span span, line, point = { 0 };
	int r = read_text("/proc/self", "mountinfo", text, sizeof(text));

	dir[0] = '\0';
	if (r)
		return r;
	span = parse_span_of(text);
	while (parse_take_line(&span, &line)) {
		if (!is_mount(line, type, option, &point))
			continue;
		snprintf(dir, PATH_MAX, "%.*s/denet-test-%d-%u", (int)point.len, point.at,
			 (int)getpid(), count++);
		return mkdir(dir, 0755) ? -errno : 0;
	}
	return -ENOENT;
}

int referee_open(struct referee *referee)
{
	int r = make_dir("cgroup2", "", referee->v2);

	if (r)
		return r;
	if (make_dir("cgroup", "cpuacct", referee->v1))
		referee->v1[0] = '\0';
	return 0;
}

static void kill_members(const char *dir)
{
	char text[65536];
	struct parse_span span, line;
	uint64_t pid;

	if (read_text(dir, "cgroup.procs", text, sizeof(text)))
		return;
	span = parse_span_of(text);
	while (parse_take_line(&span, &line)) {
		if (parse_take_u64(&line, &pid) && pid > 1)
			kill((pid_t)pid, SIGKILL);
	}
}

static void remove_dir(const char *dir);

/* What a test that failed has left below. */
static void remove_children(const char *dir)
{
	char path[PATH_MAX];
	DIR *children = opendir(dir);
	const struct dirent *child;

	while (children && (child = readdir(children))) {
		if (child->d_type == DT_DIR && child->d_name[0] != '.' &&
		    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, child->d_name) <
			    sizeof(path))
			remove_dir(path);
	}
	if (children)
		closedir(children);
}

static void remove_dir(const char *dir)
{
	const struct timespec millisecond = { .tv_nsec = 1000000 };

	if (*dir)
		remove_children(dir);
	for (int i = 0; *dir && i < CLOSE_TRIES; i++) {
		if (rmdir(dir) == 0)
			return;
		kill_members(dir);
		nanosleep(&millisecond, NULL);
	}
}

void referee_close(struct referee *referee)
{
	remove_dir(referee->v2);
	remove_dir(referee->v1);
}

int referee_cpu_ns(const struct referee *referee, uint64_t *ret_ns)
{
	char text[4096];
	struct parse_span span, line;
	int r = read_text(referee->v2, "cpu.stat", text, sizeof(text));

	if (r)
		return r;
	span = parse_span_of(text);
	while (parse_take_line(&span, &line)) {
		uint64_t us;

		if (parse_take_literal(&line, "usage_usec") && parse_take_u64(&line, &us)) {
			*ret_ns = us * 1000;
			return 0;
		}
	}
	return -EBADMSG;
}

int referee_cpuacct_ns(const struct referee *referee, uint64_t *ret_ns)
{
	char text[64];
	struct parse_span span;
	int r = -ENOENT;

	if (referee->v1[0])
		r = read_text(referee->v1, "cpuacct.usage", text, sizeof(text));
	if (r)
		return r;
	span = parse_span_of(text);
	return parse_take_u64(&span, ret_ns) ? 0 : -EBADMSG;
}

/* Its state says so before its last switch; this waits for the switch. "-1": outside of a call, for a page. */
bool referee_thread_waits(pid_t tid)
{
	char dir[32];
	char text[256] = "";

	(void)snprintf(dir, sizeof(dir), "/proc/%d", (int)tid);
	return !read_text(dir, "syscall", text, sizeof(text)) && text[0] >= '0' && text[0] <= '9';
}

bool referee_is_asleep(const struct referee *referee)
{
	char text[65536];
	struct parse_span span, line;
	uint64_t tid;

	if (read_text(referee->v2, "cgroup.threads", text, sizeof(text)))
		return false;
	span = parse_span_of(text);
	while (parse_take_line(&span, &line)) {
		if (!parse_take_u64(&line, &tid) || !referee_thread_waits((pid_t)tid))
			return false;
	}
	return true;
}
