/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/term.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "util/parse.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_LIMIT 10000

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

size_t term_columns(int fd)
{
	struct winsize size;
	uint64_t columns;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	if (parse_u64(environment("COLUMNS"), 1, COLUMNS_LIMIT, &columns) == 0)
		return (size_t)columns;
	return COLUMNS_DEFAULT;
}

/* The first of them that is set decides, as in setlocale(). */
static bool is_locale_unicode(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = environment(names[i]);

		if (*value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static bool is_dumb(void)
{
	return strcmp(environment("TERM"), "dumb") == 0 || !*environment("TERM");
}

bool term_has_titles(void)
{
	static const char *const families[] = {
		"xterm",     "screen", "tmux",	  "rxvt", "konsole", "gnome",  "vte",
		"alacritty", "foot",   "wezterm", "st-",  "putty",   "mlterm", "contour",
	};
	const char *name = environment("TERM");

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

static bool wants_color(enum term_color color, bool is_terminal)
{
	const char *forced = environment("FORCE_COLOR");

	if (color != TERM_COLOR_AUTO)
		return color == TERM_COLOR_ALWAYS;
	if (*environment("NO_COLOR"))
		return false;
	if (*forced)
		return strcmp(forced, "0") != 0;
	return is_terminal && !is_dumb();
}

void term_style_detect(int fd, enum term_color color, struct term_style *ret_style)
{
	bool is_terminal = isatty(fd);

	*ret_style = (struct term_style){
		.columns = term_columns(fd),
		.is_terminal = is_terminal,
		.is_unicode = is_locale_unicode(),
		.has_color = wants_color(color, is_terminal),
		.has_erase = is_terminal && !is_dumb(),
	};
}

void term_append(struct buf *buf, const struct term_style *style, enum term_tone tone,
		 const char *text)
{
	static const char *const codes[] = {
		[TONE_STRONG] = "1", [TONE_FAINT] = "2", [TONE_GOOD] = "32",
		[TONE_BAD] = "1;31", [TONE_WARN] = "33", [TONE_BAR] = "36",
	};

	if (!style->has_color || tone == TONE_PLAIN || !*text) {
		buf_append_text(buf, text);
		return;
	}
	buf_printf(buf, "\033[%sm%s\033[0m", codes[tone], text);
}
