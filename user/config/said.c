/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "config/said_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct said_path said_path(const struct said_path *around, const char *name)
{
	struct said_path path;

	size_t len = strlen(around->text);

	memcpy(path.text, around->text, len);
	if (len)
		path.text[len++] = '.';
	(void)snprintf(path.text + len, sizeof(path.text) - len, "%s", name);
	return path;
}

static void ask_environment(const struct config *config, const struct said_path *path,
			    struct said *said)
{
	size_t prefix = strlen(config->variables);

	(void)snprintf(said->by, sizeof(said->by), "%s%s", config->variables, path->text);
	for (char *c = said->by + prefix; *c; c++)
		*c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
	said->text = getenv(said->by);
	said->place.name = said->text ? said->by : NULL;
}

static void ask_command_line(const struct config *config, const struct said_path *path,
			     struct said *said)
{
	for (size_t i = 0; i < config->given_count; i++)
		if (strcmp(config->given[i].path, path->text) == 0) {
			said->text = config->given[i].text;
			(void)snprintf(said->by, sizeof(said->by), "--%s", config->given[i].option);
			said->place.name = said->by;
		}
}

void said_find(const struct config *config, const struct config_key *key,
	       const struct said_path *path, const struct node *node, struct said *ret_said)
{
	const struct node *word = node_find(node, key->name);

	*ret_said = (struct said){ 0 };
	if (path)
		ask_command_line(config, path, ret_said);
	if (path && !ret_said->text)
		ask_environment(config, path, ret_said);
	if (ret_said->text)
		return;
	ret_said->text = word ? word->text : key->fallback;
	ret_said->place = word ? word->place : (struct place){ 0 };
	ret_said->is_empty = word && word->is_empty;
}
