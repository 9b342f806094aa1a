/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/text.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "output/human.h"
#include "util/cleanup.h"
#include "util/quote.h"
#include "util/utf8.h"

/* Each code point takes at least one column and is at most so many bytes of input. */
#define COMMAND_BYTES_PER_COLUMN 8

static void append_ascii(struct buf *buf, const char *bytes, size_t len)
{
	uint32_t code;

	for (size_t at = 0; at < len && !buf->error;) {
		at += utf8_decode(bytes + at, len - at, &code);
		buf_append_char(buf, code >= 0x80 || utf8_is_control(code) ? '?' : (char)code);
	}
}

size_t text_append_fitted(struct buf *buf, bool is_unicode, const char *bytes, size_t len,
			  size_t columns)
{
	AUTO(buf) struct buf ascii = { 0 };
	size_t dots = columns < 3 ? columns : 3;

	if (is_unicode)
		return utf8_append_fitted(buf, bytes, len, columns);
	append_ascii(&ascii, bytes, len);
	if (ascii.error || ascii.len <= columns) {
		buf_append(buf, ascii.data, ascii.len);
		return ascii.len;
	}
	buf_append(buf, ascii.data, columns - dots);
	buf_append_repeated(buf, '.', dots);
	return columns;
}

size_t text_append_name(struct buf *buf, bool is_unicode, const char *name, size_t columns)
{
	AUTO(buf) struct buf visible = { 0 };

	utf8_append_visible(&visible, name, strlen(name));
	if (visible.error)
		buf->error = visible.error;
	return text_append_fitted(buf, is_unicode, buf_text(&visible), visible.len, columns);
}

size_t text_width(const char *plain)
{
	return utf8_width(plain, strlen(plain));
}

struct text_name text_name(bool is_unicode, const char *comm)
{
	AUTO(buf) struct buf buf = { 0 };
	struct text_name name = { "?" };

	if (comm && *comm)
		text_append_fitted(&buf, is_unicode, comm, strlen(comm), TEXT_NAME_COLUMNS);
	/* Without end there can only be combining marks, which take no column. */
	if (buf.len > 0 && buf.len < sizeof(name.text))
		memcpy(name.text, buf.data, buf.len + 1);
	return name;
}

void text_append_command(struct buf *buf, bool is_unicode, const struct denet_command *command,
			 size_t columns)
{
	AUTO(buf) struct buf line = { 0 };
	const char *at = command->args;
	const char *end = command->args ? at + command->args_len : at;

	/* Beyond what can be shown there is nothing to read. */
	while (at < end && line.len < columns * COMMAND_BYTES_PER_COLUMN) {
		if (line.len > 0)
			buf_append_char(&line, ' ');
		quote_append(&line, at);
		at += strnlen(at, (size_t)(end - at)) + 1;
	}
	if (at < end || command->truncated)
		buf_append_text(&line, is_unicode ? " \u2026" : " ...");
	if (!command->args_len)
		buf_append_text(&line, command->exe ? command->exe : "(unknown command)");
	if (line.error)
		buf->error = line.error;
	else
		text_append_fitted(buf, is_unicode, line.data, line.len, columns);
}

/* sigabbrev_np(), which older C libraries do not have. */
static const char *const signal_names[] = {
	[SIGHUP] = "HUP",   [SIGINT] = "INT",	[SIGQUIT] = "QUIT",	[SIGILL] = "ILL",
	[SIGTRAP] = "TRAP", [SIGABRT] = "ABRT", [SIGBUS] = "BUS",	[SIGFPE] = "FPE",
	[SIGKILL] = "KILL", [SIGUSR1] = "USR1", [SIGSEGV] = "SEGV",	[SIGUSR2] = "USR2",
	[SIGPIPE] = "PIPE", [SIGALRM] = "ALRM", [SIGTERM] = "TERM",	[SIGSTKFLT] = "STKFLT",
	[SIGCHLD] = "CHLD", [SIGCONT] = "CONT", [SIGSTOP] = "STOP",	[SIGTSTP] = "TSTP",
	[SIGTTIN] = "TTIN", [SIGTTOU] = "TTOU", [SIGURG] = "URG",	[SIGXCPU] = "XCPU",
	[SIGXFSZ] = "XFSZ", [SIGPROF] = "PROF", [SIGVTALRM] = "VTALRM", [SIGWINCH] = "WINCH",
	[SIGPOLL] = "POLL", [SIGPWR] = "PWR",	[SIGSYS] = "SYS",
};

static void append_signal(struct buf *buf, int number)
{
	const size_t names = sizeof(signal_names) / sizeof(signal_names[0]);
	const char *name = number > 0 && (size_t)number < names ? signal_names[number] : NULL;

	if (name)
		buf_printf(buf, "SIG%s", name);
	else if (number >= SIGRTMIN && number <= SIGRTMAX)
		buf_printf(buf, "SIGRTMIN+%d", number - SIGRTMIN);
	else
		buf_printf(buf, "signal %d", number);
}

void text_append_end(struct buf *buf, const struct denet_end *end, bool oom_killed,
		     uint64_t limit_kb)
{
	if (!end->known) {
		buf_append_text(buf, end->unseen ? "ended" : "still running");
		return;
	}
	if (end->signal == 0) {
		buf_printf(buf, "exit %d", end->exit_code);
		return;
	}
	buf_append_text(buf, "killed by ");
	append_signal(buf, end->signal);
	if (oom_killed && limit_kb != DENET_UNKNOWN)
		buf_printf(buf, " (out of memory at the limit of %s)", human_kib(limit_kb).text);
	else if (oom_killed)
		buf_append_text(buf, " (out of memory)");
	if (end->core_dumped)
		buf_append_text(buf, " (core dumped)");
}
