/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A file of rules that says what a test wants. */
#ifndef DENET_TESTS_UNIT_RULES_FILE_H
#define DENET_TESTS_UNIT_RULES_FILE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alert/ruleset.h"

static char rules_file_path[] = "/tmp/denet-rules-XXXXXX";

static int rules_file_read(const char *text, struct faults *faults, struct ruleset *ret_rules)
{
	int fd, r;

	memcpy(rules_file_path, "/tmp/denet-rules-XXXXXX", sizeof(rules_file_path));
	fd = mkstemp(rules_file_path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	r = ruleset_read(rules_file_path, faults, ret_rules);
	(void)unlink(rules_file_path);
	return r;
}

#endif
