/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which CI service we run in, by what it has put into the environment. */
#ifndef DENET_CLI_CI_H
#define DENET_CLI_CI_H

#include <stddef.h>

enum ci_service { CI_NONE, CI_GITHUB, CI_GITLAB, CI_TEAMCITY };

enum ci_service ci_detect(void);

/* The file that GitHub shows on a run's page; NULL when there is none. */
const char *ci_page(void);

/* The variables that are looked at, for a program that distrusts its environment. Returns how many. */
size_t ci_environment(const char *names[], size_t room);

#endif
