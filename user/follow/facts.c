/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/facts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define ENVIRONMENT_MAX (1u << 20)
#define HOST_NAME_BYTES 256

/* Of the first that is set. A step is part of a job. */
static const struct {
	const char *id;
	const char *step;
} systems[] = {
	{ "SLURM_JOB_ID", "SLURM_STEP_ID" }, { "PBS_JOBID", NULL }, { "LSB_JOBID", NULL },
	{ "GITHUB_RUN_ID", NULL },	     { "CI_JOB_ID", NULL },
};

/* The value of NAME=VALUE among texts that each end with NUL; NULL for none, or an empty one. */
static const char *find_value(const char *environment, size_t len, const char *name)
{
	const char *end = environment + len;
	size_t name_len = strlen(name);

	for (const char *at = environment; at < end; at += strnlen(at, (size_t)(end - at)) + 1) {
		size_t rest = (size_t)(end - at);

		/* The last may be cut. */
		if (rest > name_len + 1 && !memcmp(at, name, name_len) && at[name_len] == '=' &&
		    at[name_len + 1] && memchr(at, '\0', rest))
			return at + name_len + 1;
	}
	return NULL;
}

char *facts_find_job(const char *environment, size_t len)
{
	AUTO(buf) struct buf job = { 0 };

	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]) && !job.len; i++) {
		const char *id = find_value(environment, len, systems[i].id);
		const char *step = NULL;

		if (!id)
			continue;
		if (systems[i].step)
			step = find_value(environment, len, systems[i].step);
		buf_printf(&job, "%s%s%s", id, step ? "." : "", step ? step : "");
	}
	return job.error || !job.len ? NULL : TAKE(job.data);
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static char *read_host(void)
{
	char name[HOST_NAME_BYTES];

	if (gethostname(name, sizeof(name)))
		return NULL;
	name[sizeof(name) - 1] = '\0';
	return copy(name);
}

/* The name in a line of /etc/passwd, NAME:PASSWORD:UID:..., if that is the uid. */
static char *name_in(const char *line, const char *uid)
{
	const char *name_end = strchr(line, ':');
	const char *at = name_end ? strchr(name_end + 1, ':') : NULL;
	size_t len = strlen(uid);

	if (!at || strncmp(at + 1, uid, len) != 0 || at[1 + len] != ':')
		return NULL;
	return strndup(line, (size_t)(name_end - line));
}

/*
 * From the file alone: what else knows names may hang, and a static program cannot ask it. By
 * ourselves: fgetpwent() has one buffer for all threads.
 */
static char *find_user(uid_t uid)
{
	FILE *file = fopen("/etc/passwd", "re");
	AUTO_FREE char *line = NULL;
	char number[16];
	char *name = NULL;
	size_t room = 0;

	(void)snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	while (file && !name && getline(&line, &room, file) > 0)
		name = name_in(line, number);
	if (file)
		(void)fclose(file);
	if (name)
		return name;
	(void)snprintf(number, sizeof(number), "#%u", (unsigned int)uid);
	return copy(number);
}

static char *job_of(char *const environment[])
{
	AUTO(buf) struct buf block = { 0 };

	for (; environment && *environment; environment++)
		buf_append(&block, *environment, strlen(*environment) + 1);
	return block.error ? NULL : facts_find_job(buf_text(&block), block.len);
}

/* An absolute path; the launch's may be relative to ours. */
static char *cwd_of(const char *path)
{
	char *cwd = path ? realpath(path, NULL) : getcwd(NULL, 0);

	return cwd ? cwd : copy(path);
}

void facts_of_launch(struct facts *facts, const struct denet_launch *launch, const char *label)
{
	*facts = (struct facts){
		.host = read_host(),
		.cwd = cwd_of(launch->cwd),
		.user = find_user(launch->user ? launch->user->uid : getuid()),
		.label = copy(label),
		.job = job_of(launch->environment ? launch->environment : environ),
	};
}

static char *read_cwd(const struct procfs *procfs, pid_t pid)
{
	char link[64], path[PATH_MAX];
	ssize_t len = -1;

	if (!procfs_path_pid(procfs, pid, "cwd", sizeof(link), link))
		len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0)
		return NULL;
	path[len] = '\0';
	return copy(path);
}

static char *read_job(const struct procfs *procfs, pid_t pid)
{
	AUTO_FREE char *environment = NULL;
	char name[32];
	size_t len;

	(void)snprintf(name, sizeof(name), "%d/environ", (int)pid);
	if (procfs_load(procfs->proc, name, ENVIRONMENT_MAX, &environment, &len))
		return NULL;
	return facts_find_job(environment, len);
}

void facts_of_process(struct facts *facts, const struct procfs *procfs, pid_t pid,
		      const char *label)
{
	uint32_t uid = getuid();

	*facts = (struct facts){
		.host = read_host(),
		.cwd = read_cwd(procfs, pid),
		.label = copy(label),
		.job = read_job(procfs, pid),
	};
	/* To write that file is dear for the kernel. */
	if (pid == getpid() || !status_read_uid(procfs, pid, &uid, NULL))
		facts->user = find_user(uid);
}

void facts_of_machine(struct facts *facts, const char *label)
{
	*facts = (struct facts){ .host = read_host(), .label = copy(label) };
}

void facts_done(struct facts *facts)
{
	free(facts->host);
	free(facts->cwd);
	free(facts->user);
	free(facts->label);
	free(facts->job);
}
