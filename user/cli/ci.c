/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/ci.h"

#include <stdlib.h>
#include <string.h>

#define PAGE "GITHUB_STEP_SUMMARY"

static const struct {
	const char *variable;
	enum ci_service service;
} services[] = {
	{ "GITHUB_ACTIONS", CI_GITHUB },
	{ "GITLAB_CI", CI_GITLAB },
	{ "TEAMCITY_VERSION", CI_TEAMCITY },
};

#define SERVICES (sizeof(services) / sizeof(services[0]))

static const char *value_of(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

enum ci_service ci_detect(void)
{
	for (size_t i = 0; i < SERVICES; i++) {
		const char *value = value_of(services[i].variable);

		if (value && strcmp(value, "false") != 0)
			return services[i].service;
	}
	return CI_NONE;
}

const char *ci_page(void)
{
	return value_of(PAGE);
}

size_t ci_environment(const char *names[], size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < SERVICES && count < room; i++)
		names[count++] = services[i].variable;
	if (count < room)
		names[count++] = PAGE;
	return count;
}
