/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/inputs.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

void inputs_done(struct inputs *inputs)
{
	names_done(&inputs->taken);
}

static int look(const char *path, struct stat *ret_file)
{
	return strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, ret_file) : stat(path, ret_file);
}

int inputs_take(struct inputs *inputs, const char *path)
{
	AUTO(buf) struct buf key = { 0 };
	size_t before = inputs->taken.count;
	struct stat file;

	/* Who reads it says what is wrong. */
	if (look(path, &file))
		return 1;
	buf_printf(&key, "%ju:%ju", (uintmax_t)file.st_dev, (uintmax_t)file.st_ino);
	if (key.error || !names_add(&inputs->taken, key.data, key.len))
		return -ENOMEM;
	if (inputs->taken.count > before)
		return 1;
	if (!inputs->repeated_count++)
		inputs->repeated = path;
	return 0;
}

void inputs_warn(const struct inputs *inputs)
{
	if (inputs->repeated_count > 1)
		log_warning("%zu files were given before, such as '%s': each counts once",
			    inputs->repeated_count, inputs->repeated);
	else if (inputs->repeated_count)
		log_warning("'%s' was given before, and counts once", inputs->repeated);
}
