/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/textfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expose/exposition.h"
#include "util/log.h"
#include "util/outfile.h"

struct textfile {
	char *path; /* owned, as all below */
	struct outfile file;
	struct exposition *exposition;
	struct buf text;
	bool has_failed; /* at the last look: an outage is told once */
};

static void tell_failure(struct textfile *textfile, int error)
{
	if (error && !textfile->has_failed)
		log_warning("cannot write '%s': %s", textfile->path, strerror(-error));
	textfile->has_failed = error != 0;
}

static void take(void *self, const struct view *view)
{
	struct textfile *textfile = self;
	int r = exposition_take(textfile->exposition, view);

	buf_reset(&textfile->text);
	if (!r) {
		exposition_append(textfile->exposition, &textfile->text, EXPOSITION_FILE);
		r = outfile_write(&textfile->file, &textfile->text);
	}
	tell_failure(textfile, r);
}

static void close_textfile(void *self)
{
	struct textfile *textfile = self;

	outfile_done(&textfile->file);
	exposition_free(textfile->exposition);
	buf_done(&textfile->text);
	free(textfile->path);
	free(textfile);
}

static int open_all(struct textfile *textfile, const char *path,
		    const struct expose_settings *settings)
{
	int r;

	textfile->path = strdup(path);
	if (!textfile->path)
		return log_error(-ENOMEM, "cannot write '%s'", path);
	r = outfile_open(path, &textfile->file);
	if (!r)
		r = exposition_new(settings, &textfile->exposition);
	return r ? log_error(r, "cannot write '%s'", path) : 0;
}

int textfile_open(const char *path, const struct expose_settings *settings,
		  struct observer *ret_observer)
{
	static const struct observer_ops ops = { .take = take, .close = close_textfile };
	struct textfile *textfile = calloc(1, sizeof(*textfile));
	int r;

	if (!textfile)
		return log_error(-ENOMEM, "cannot write '%s'", path);
	textfile->file = OUTFILE_NONE;
	r = open_all(textfile, path, settings);
	if (r) {
		close_textfile(textfile);
		return r;
	}
	*ret_observer = (struct observer){ &ops, textfile };
	return 0;
}
