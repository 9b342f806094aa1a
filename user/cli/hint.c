/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/hint.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/quote.h"

/* What shells know by themselves. Some are programs as well, and then nothing fails. */
static const char *const shells_own[] = {
	".",	   "[[",      "alias",	 "bg",	     "bind",	 "break",   "builtin", "case",
	"cd",	   "command", "compgen", "complete", "continue", "declare", "dirs",    "disown",
	"eval",	   "exec",    "exit",	 "export",   "fc",	 "fg",	    "for",     "function",
	"getopts", "hash",    "history", "if",	     "jobs",	 "let",	    "local",   "logout",
	"mapfile", "popd",    "pushd",	 "read",     "readonly", "return",  "select",  "set",
	"shift",   "shopt",   "source",	 "suspend",  "time",	 "times",   "trap",    "type",
	"typeset", "ulimit",  "umask",	 "unalias",  "unset",	 "until",   "wait",    "while",
	"{",	   "!",
};

static bool is_shells_own(const char *word)
{
	for (size_t i = 0; i < sizeof(shells_own) / sizeof(shells_own[0]); i++)
		if (strcmp(shells_own[i], word) == 0)
			return true;
	return false;
}

/* NAME=VALUE */
static bool is_assignment(const char *word)
{
	const char *at = word;

	if (isdigit((unsigned char)*at))
		return false;
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return at > word && *at == '=';
}

/* One word that holds what only a shell takes apart. */
static bool is_line(char *const argv[])
{
	return !argv[1] && strpbrk(argv[0], " \t\n|&;<>()$`*?\"");
}

static void append_run(struct buf *buf, const char *before)
{
	buf_printf(buf, "denet-bpf run -- %s ", before);
}

static void append_for_shell(struct buf *buf, char *const argv[])
{
	AUTO(buf) struct buf line = { 0 };

	if (argv[1])
		quote_append_words(&line, argv);
	else
		buf_append_text(&line, argv[0]);
	append_run(buf, "sh -c");
	quote_append(buf, buf_text(&line));
}

static void hint_at_name(struct buf *buf, char *const argv[])
{
	if (is_assignment(argv[0])) {
		buf_append_text(buf, "; env sets variables: ");
		append_run(buf, "env");
		quote_append_words(buf, argv);
	} else if (is_shells_own(argv[0])) {
		buf_append_text(buf, "; it is a shell's own: ");
		append_for_shell(buf, argv);
	} else if (is_line(argv)) {
		buf_append_text(buf, "; a line for a shell is run by one: ");
		append_for_shell(buf, argv);
	} else if (access(argv[0], F_OK) == 0) {
		buf_append_text(buf, "; the one that is here is ./");
		quote_append(buf, argv[0]);
	}
}

static void hint_at_path(struct buf *buf, char *const argv[])
{
	if (access(argv[0], F_OK) == 0)
		buf_append_text(buf, "; it is there, but not what it names to be run by: the "
				     "program behind '#!', or the loader of another system");
	else if (is_line(argv))
		hint_at_name(buf, argv);
}

static void hint_at_rights(struct buf *buf, char *const argv[])
{
	struct stat info;

	if (!strchr(argv[0], '/') || stat(argv[0], &info))
		return;
	if (S_ISDIR(info.st_mode)) {
		buf_append_text(buf, "; it is a directory");
	} else if (S_ISREG(info.st_mode) && !(info.st_mode & 0111)) {
		buf_append_text(buf, "; it is not marked as a program: chmod +x ");
		quote_append(buf, argv[0]);
	}
}

void hint_append(struct buf *buf, int error, char *const argv[])
{
	if (error == EACCES)
		hint_at_rights(buf, argv);
	else if (error == ENOENT && strchr(argv[0], '/') && !is_assignment(argv[0]))
		hint_at_path(buf, argv);
	else if (error == ENOENT)
		hint_at_name(buf, argv);
}
