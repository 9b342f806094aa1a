/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What comes of reading a file to its end. */
#ifndef DENET_TESTS_READER_OUTCOME_H
#define DENET_TESTS_READER_OUTCOME_H

#include <string.h>

#include "record/reader.h"
#include "util/cleanup.h"

#include "record_file.h"

#define SAMPLE_LINE SAMPLE "}\n"

struct outcome {
	int result; /* of the last call */
	int rows;
	struct row last;
	struct reader_state state;
};

static struct outcome read_all(int fd)
{
	AUTO(reader) struct reader *reader = NULL;
	struct outcome outcome = { 0 };
	struct row row;

	assert_int_equal(reader_new(fd, &reader), 0);
	while ((outcome.result = reader_next(reader, &row)) > 0) {
		outcome.rows++;
		outcome.last = row;
	}
	outcome.state = *reader_state(reader);
	return outcome;
}

static struct outcome read_text(const char *text)
{
	AUTO_FD int fd = file_with(text, strlen(text));

	return read_all(fd);
}

#endif
