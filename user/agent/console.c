/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/console.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "agent/columns.h"
#include "agent/console_rows.h"
#include "agent/options.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

#define LINES_AROUND 4 /* the machine, the order, the heading, the keys */
#define FIRST_LINE 3
#define KEY_ESCAPE 27
#define ESCAPE_MS 25

struct console {
	struct console_rows rows;
	SCREEN *screen;
	int epoll_fd;
	int resize_fd;
	int stderr_fd; /* where messages go at the end */
	FILE *messages; /* meanwhile: they would stand in the table */
	size_t top; /* the first row on the screen */
	size_t scrolled; /* within the processes of one */
	bool is_unicode;
	bool is_inside; /* shows the processes of the chosen one */
	bool is_filtering; /* keys are letters of the filter */
	struct buf text;
};

/* ncurses asks for the one of the whole process, and nobody else may: expressions would match otherwise. */
static void enter_locale(void)
{
	(void)setlocale(LC_CTYPE, "");
}

static void leave_locale(void)
{
	(void)setlocale(LC_CTYPE, "C");
}

static size_t page(void)
{
	return LINES > LINES_AROUND ? (size_t)(LINES - LINES_AROUND) : 0;
}

/* What is left of a line stays empty; what does not fit is cut with a sign. */
static void put_line(const struct console *console, int line, attr_t attributes, const char *text)
{
	AUTO(buf) struct buf fitted = { 0 };

	if (line < 0 || line >= LINES)
		return;
	(void)text_append_fitted(&fitted, console->is_unicode, text, strlen(text), (size_t)COLS);
	(void)move(line, 0);
	(void)attrset((int)attributes);
	(void)addstr(buf_text(&fitted));
	for (int x = getcurx(stdscr); attributes & A_REVERSE && x < COLS && x; x++)
		if (getcury(stdscr) != line || addch(' ') == ERR)
			break;
	(void)attrset(A_NORMAL);
}

static const struct host_group *figures_of(const void *context, size_t index)
{
	const struct console_rows *rows = context;

	return rows->items[index].figures;
}

static void put_order(struct console *console)
{
	const struct console_rows *rows = &console->rows;
	struct buf *text = &console->text;

	buf_reset(text);
	buf_printf(text, "%zu", rows->count);
	if (rows->count != rows->all)
		buf_printf(text, " of %zu", rows->all);
	buf_printf(text, " groups, by %s", options_sorts[rows->sort]);
	if (rows->filter[0] || console->is_filtering)
		buf_printf(text, ", with '%s%s'", rows->filter, console->is_filtering ? "_" : "");
	put_line(console, 1, A_NORMAL, buf_text(text));
}

static void put_groups(struct console *console)
{
	const struct console_rows *rows = &console->rows;
	const struct columns_of of = { figures_of, rows, rows->count, (size_t)COLS,
				       console->is_unicode };
	struct columns_widths widths;
	struct buf *text = &console->text;

	columns_measure(&of, &widths);
	buf_reset(text);
	columns_append_heading(text, &widths);
	put_line(console, FIRST_LINE - 1, A_BOLD, buf_text(text));
	if (rows->chosen < console->top)
		console->top = rows->chosen;
	if (page() && rows->chosen >= console->top + page())
		console->top = rows->chosen - page() + 1;
	for (size_t i = 0; i < page() && console->top + i < rows->count; i++) {
		const struct console_row *row = &rows->items[console->top + i];
		attr_t attributes = row->has_ended ? A_DIM : A_NORMAL;

		buf_reset(text);
		columns_append_row(text, console->is_unicode, &widths, row->figures);
		if (console->top + i == rows->chosen)
			attributes |= A_REVERSE;
		put_line(console, FIRST_LINE + (int)i, attributes, buf_text(text));
	}
}

/* Of those that have ended, too, as their counters say. */
static void put_commands(struct console *console)
{
	const struct console_row *row = &console->rows.items[console->rows.chosen];
	size_t count;
	const struct view_row *commands = console_rows_commands(&console->rows, row->at, &count);
	struct buf *text = &console->text;

	buf_reset(text);
	utf8_append_visible(text, row->figures->name, strlen(row->figures->name));
	if (row->figures->memory_bytes != DENET_UNKNOWN)
		buf_printf(text, "  %s of memory", human_bytes(row->figures->memory_bytes).text);
	buf_printf(text, "  %s",
		   count ? "programs, users, CPU now and in all" : "no processes are known");
	put_line(console, FIRST_LINE - 1, A_BOLD, buf_text(text));
	if (console->scrolled + page() > count)
		console->scrolled = count > page() ? count - page() : 0;
	for (size_t i = 0; i < page() && console->scrolled + i < count; i++) {
		buf_reset(text);
		columns_append_command(text, console->is_unicode,
				       commands[console->scrolled + i].figures);
		put_line(console, FIRST_LINE + (int)i, A_NORMAL, buf_text(text));
	}
}

static const char *keys_of(const struct console *console)
{
	if (console->is_filtering)
		return "Enter keeps it  Esc drops it";
	if (console->is_inside)
		return "Esc back  arrows scroll  q quit";
	return "Enter processes  c cpu  m memory  i io  p pids  n name  / filter  q quit";
}

static void draw(struct console *console)
{
	const struct view *view = &console->rows.view;

	enter_locale();
	(void)erase();
	if (view->count) {
		buf_reset(&console->text);
		columns_append_machine(&console->text, view->rows[0].figures);
		put_line(console, 0, A_NORMAL, buf_text(&console->text));
		put_order(console);
	}
	if (console->is_inside && console->rows.count)
		put_commands(console);
	else
		put_groups(console);
	if (LINES > 1)
		put_line(console, LINES - 1, A_DIM, keys_of(console));
	(void)refresh();
	leave_locale();
}

static void take(void *self, const struct view *view)
{
	struct console *console = self;

	console->rows.view = *view;
	if (!console_rows_make(&console->rows))
		draw(console);
}

static void sort_by(struct console *console, enum agent_sort sort)
{
	console->rows.sort = sort;
	(void)console_rows_make(&console->rows);
}

/* The end comes through the loop, as by Ctrl-C. */
static void quit(void)
{
	(void)kill(getpid(), SIGINT);
}

static void take_letter(struct console *console, int key)
{
	char *filter = console->rows.filter;
	size_t len = strlen(filter);

	if (key == KEY_ESCAPE)
		filter[0] = '\0';
	if (key == KEY_ESCAPE || key == '\n' || key == '\r' || key == KEY_ENTER)
		console->is_filtering = false;
	else if ((key == KEY_BACKSPACE || key == 127 || key == '\b') && len)
		filter[len - 1] = '\0';
	else if (key >= ' ' && key < 127 && len + 1 < CONSOLE_FILTER_BYTES)
		filter[len] = (char)key;
	(void)console_rows_make(&console->rows);
}

/* Up and down: rows of the table, or of what is shown of one. */
static void go(struct console *console, long by)
{
	if (!console->is_inside)
		(void)console_rows_move(&console->rows, by);
	else if (by >= 0 || (size_t)-by <= console->scrolled)
		console->scrolled = (size_t)((long)console->scrolled + by);
	else
		console->scrolled = 0;
}

static void go_by_key(struct console *console, int key)
{
	static const struct {
		int key;
		int rows;
		int pages;
	} ways[] = {
		{ KEY_UP, -1, 0 },
		{ 'k', -1, 0 },
		{ KEY_DOWN, 1, 0 },
		{ 'j', 1, 0 },
		{ KEY_PPAGE, 0, -1 },
		{ KEY_NPAGE, 0, 1 },
		{ ' ', 0, 1 },
		{ KEY_HOME, -CONFIG_ITEMS_MAX * 100, 0 },
		{ KEY_END, CONFIG_ITEMS_MAX * 100, 0 },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (ways[i].key == key)
			go(console, ways[i].rows + ways[i].pages * (long)page());
}

static void take_key(struct console *console, int key)
{
	static const struct {
		int key;
		enum agent_sort sort;
	} sorts[] = { { 'c', SORT_CPU },
		      { 'm', SORT_MEMORY },
		      { 'i', SORT_IO },
		      { 'p', SORT_PIDS },
		      { 'n', SORT_NAME } };

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		if (sorts[i].key == key)
			sort_by(console, sorts[i].sort);
	if (key == 'q')
		quit();
	else if (key == '/')
		console->is_filtering = true;
	else if (key == KEY_ESCAPE || key == KEY_LEFT || key == KEY_BACKSPACE)
		console->is_inside = false;
	else if (key == '\n' || key == '\r' || key == KEY_ENTER || key == KEY_RIGHT) {
		/* It stays the same one, whatever the order becomes. */
		(void)console_rows_move(&console->rows, 0);
		console->is_inside = console->rows.count;
		console->scrolled = 0;
	} else {
		go_by_key(console, key);
	}
}

/* ncurses cannot learn it, as the signal is blocked. */
static void resize(struct console *console)
{
	struct signalfd_siginfo signal;
	struct winsize size;

	while (read(console->resize_fd, &signal, sizeof(signal)) > 0)
		;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		(void)resizeterm(size.ws_row, size.ws_col);
}

static void run(void *self)
{
	struct console *console = self;
	struct epoll_event events[2];
	int count = epoll_wait(console->epoll_fd, events, 2, 0);
	int key;

	if (count <= 0)
		return;
	for (int i = 0; i < count; i++) {
		if (events[i].data.fd == console->resize_fd)
			resize(console);
		else if (events[i].events & (EPOLLHUP | EPOLLERR))
			quit();
	}
	enter_locale();
	while ((key = getch()) != ERR)
		if (console->is_filtering)
			take_letter(console, key);
		else
			take_key(console, key);
	draw(console);
}

static int fd(const void *self)
{
	const struct console *console = self;

	return console->epoll_fd;
}

static void give_messages(struct console *console)
{
	char block[4096];
	size_t len;

	if (!console->messages)
		return;
	(void)fflush(stderr);
	(void)dup2(console->stderr_fd, STDERR_FILENO);
	rewind(console->messages);
	while ((len = fread(block, 1, sizeof(block), console->messages)) > 0)
		(void)fwrite(block, 1, len, stderr);
	(void)fclose(console->messages);
}

static void close_console(void *self)
{
	struct console *console = self;

	if (console->screen) {
		(void)endwin();
		delscreen(console->screen);
	}
	give_messages(console);
	cleanup_fd(&console->stderr_fd);
	cleanup_fd(&console->epoll_fd);
	cleanup_fd(&console->resize_fd);
	console_rows_done(&console->rows);
	buf_done(&console->text);
	free(console);
}

static const struct observer_ops ops = {
	.take = take, .fd = fd, .run = run, .close = close_console
};

static int watch(const struct console *console, int descriptor)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = descriptor };

	return epoll_ctl(console->epoll_fd, EPOLL_CTL_ADD, descriptor, &event) ? -errno : 0;
}

static int open_descriptors(struct console *console)
{
	sigset_t signals;
	int r;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGWINCH);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	console->resize_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	console->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (console->resize_fd < 0 || console->epoll_fd < 0)
		return -errno;
	r = watch(console, STDIN_FILENO);
	return r ? r : watch(console, console->resize_fd);
}

/* A file for messages while the table stands on the same terminal. */
static void hold_messages(struct console *console)
{
	if (!isatty(STDERR_FILENO))
		return;
	console->messages = tmpfile();
	console->stderr_fd = console->messages ? dup(STDERR_FILENO) : -1;
	if (console->stderr_fd >= 0)
		(void)dup2(fileno(console->messages), STDERR_FILENO);
}

static int open_screen(struct console *console)
{
	enter_locale();
	console->is_unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	console->screen = newterm(NULL, stdout, stdin);
	if (console->screen) {
		(void)set_term(console->screen);
		(void)cbreak();
		(void)noecho();
		(void)nodelay(stdscr, TRUE);
		(void)keypad(stdscr, TRUE);
		(void)set_escdelay(ESCAPE_MS);
		(void)curs_set(0);
	}
	leave_locale();
	return console->screen ? 0 : log_error(-EINVAL, "this terminal ($TERM) is not known");
}

int console_open(const struct agent_options *options, struct observer *ret_observer)
{
	struct console *console;
	int r;

	if (!options->live)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		(void)log_error(0, "--live takes a terminal");
		return -ENOTTY;
	}
	console = calloc(1, sizeof(*console));
	if (!console)
		return log_error(-ENOMEM, "cannot open the terminal");
	console->epoll_fd = console->resize_fd = console->stderr_fd = -1;
	console->rows.sort = (enum agent_sort)options->sort;
	r = open_descriptors(console);
	r = r ? log_error(r, "cannot open the terminal") : open_screen(console);
	if (r) {
		close_console(console);
		return r;
	}
	hold_messages(console);
	*ret_observer = (struct observer){ &ops, console };
	return 0;
}
