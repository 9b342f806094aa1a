/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_keep.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

#define BEGINS "bench-"
#define ENDS ".jsonl"

static bool is_told(const struct bench_keep *keep, const char *text)
{
	for (size_t i = 0; i < keep->warnings_count; i++)
		if (strcmp(keep->warnings[i], text) == 0)
			return true;
	return keep->warnings_count == BENCH_WARNINGS_MAX;
}

static void warn_once(struct bench_keep *keep, const char *text)
{
	char *copy;

	if (is_told(keep, text))
		return;
	copy = strdup(text);
	if (copy)
		keep->warnings[keep->warnings_count++] = copy;
	if (keep->before_warning)
		keep->before_warning(keep->context);
	log_warning("%s", text);
}

static void on_warning(void *context, const char *text)
{
	warn_once(context, text);
}

static void on_loss(void *context, const char *target, int error)
{
	struct bench_keep *keep = context;

	keep->has_lost = true;
	(void)log_error(error, "cannot write to '%s'", target ? target : "the records");
}

/* A diff over a pattern would take those of an older bench for runs of this one. */
static int check_empty(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return log_error(-errno, "cannot keep records in '%s'", folder);
	while (!r && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (strncmp(entry->d_name, BEGINS, strlen(BEGINS)) == 0 && len > strlen(ENDS) &&
		    strcmp(entry->d_name + len - strlen(ENDS), ENDS) == 0) {
			(void)log_error(0,
					"cannot keep records in '%s': it has those of another "
					"bench, such as '%s'",
					folder, entry->d_name);
			r = -EEXIST;
		}
	}
	(void)closedir(dir);
	return r;
}

int bench_keep_open(struct bench_keep *keep, const char *folder)
{
	*keep = (struct bench_keep){ .folder = folder };
	keep->observer = (struct denet_observer){
		.size = sizeof(keep->observer),
		.context = keep,
		.on_warning = on_warning,
	};
	if (!folder)
		return 0;
	if (mkdir(folder, 0777) && errno != EEXIST)
		return log_error(-errno, "cannot make the folder '%s'", folder);
	return check_empty(folder);
}

void bench_keep_close(struct bench_keep *keep)
{
	denet_writer_free(keep->writer);
	free(keep->path);
	for (size_t i = 0; i < keep->warnings_count; i++)
		free(keep->warnings[i]);
}

const struct denet_observer *bench_keep_observer(const struct bench_keep *keep)
{
	return keep->writer ? denet_writer_observer(keep->writer) : &keep->observer;
}

/* Numbers of equal width, so that names sort as the runs came. */
static int width_of(size_t count)
{
	int width = 1;

	for (; count >= 10; count /= 10)
		width++;
	return width;
}

int bench_keep_begin(struct bench_keep *keep, size_t command, size_t round, size_t rounds)
{
	const struct denet_writer_options options = {
		.size = sizeof(options),
		.on_loss = on_loss,
		.on_warning = on_warning,
		.context = keep,
	};
	AUTO(buf) struct buf path = { 0 };
	int r;

	if (!keep->folder)
		return 0;
	buf_printf(&path, "%s/" BEGINS "%zu-%0*zu" ENDS, keep->folder, command, width_of(rounds),
		   round);
	r = path.error ? path.error : denet_writer_new(&options, &keep->writer);
	keep->path = path.error ? NULL : strdup(buf_text(&path));
	if (r || !keep->path)
		return log_error(r ? r : -ENOMEM, "cannot keep records");
	r = denet_writer_add_file(keep->writer, buf_text(&path));
	if (r)
		return log_error(r, "cannot write to '%s'", buf_text(&path));
	return 0;
}

void bench_keep_end(struct bench_keep *keep, bool is_dropped)
{
	if (!keep->writer)
		return;
	denet_writer_finish(keep->writer);
	denet_writer_free(keep->writer);
	keep->writer = NULL;
	if (is_dropped)
		(void)unlink(keep->path);
	free(keep->path);
	keep->path = NULL;
}
