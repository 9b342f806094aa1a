/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/reason.h"

#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/cleanup.h"
#include "util/parse.h"
#include "util/utf8.h"

#define LIBBPF "libbpf: "

static bool holds(struct parse_span line, const char *words)
{
	return memmem(line.at, line.len, words, strlen(words));
}

/* What libbpf says around the reason, and before it tries something else. */
static bool is_frame(struct parse_span line)
{
	static const char *const frames[] = {
		"Retrying without BTF",	 "failed to load object",   "failed to load BPF skeleton",
		"BEGIN PROG LOAD LOG",	 "BPF program load failed", "failed to auto-attach",
		"Kernel error message:", "-- BEGIN DUMP LOG ---",   "-- END LOG --",
		"failed to attach: ",
	};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		if (holds(line, frames[i]))
			return true;
	return line.len == 0;
}

/* The verifier ends with its verdict, and figures after it. */
static bool is_figures(struct parse_span line)
{
	static const char *const figures[] = { "processed ", "verification time", "stack depth",
					       "peak_states" };

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (parse_take_literal(&line, figures[i]))
			return true;
	return line.len == 0;
}

/* libbpf goes on with guesses, which lead astray: it is not the kernel that speaks there. */
static struct parse_span without_guess(struct parse_span line)
{
	const char *guess =
		memmem(line.at, line.len, "Make sure your kernel", strlen("Make sure your kernel"));

	if (guess)
		line.len = (size_t)(guess - line.at);
	return parse_span_trim(line);
}

static void put(struct probe_reason *reason, struct parse_span line)
{
	AUTO(buf) struct buf plain = { 0 };

	line = without_guess(line);
	utf8_append_fitted(&plain, line.at, line.len, sizeof(reason->text) / UTF8_MAX_BYTES * 3);
	(void)snprintf(reason->text, sizeof(reason->text), "%s", buf_text(&plain));
}

static bool take_verdict(struct probe_reason *reason, struct parse_span log)
{
	struct parse_span line, verdict = { 0 };

	while (parse_take_line(&log, &line)) {
		line = parse_span_trim(line);
		if (holds(line, "END PROG LOAD LOG"))
			break;
		if (!is_figures(line) && !holds(line, "BEGIN PROG LOAD LOG"))
			verdict = line;
	}
	if (verdict.len)
		put(reason, verdict);
	return verdict.len > 0;
}

void probe_reason_take(struct probe_reason *reason, const char *log)
{
	const char *verifier = strstr(log, "BEGIN PROG LOAD LOG");
	struct parse_span rest = parse_span_of(log);
	struct parse_span line;

	reason->text[0] = '\0';
	if (verifier && take_verdict(reason, parse_span_of(verifier)))
		return;
	while (parse_take_line(&rest, &line)) {
		line = parse_span_trim(line);
		(void)parse_take_literal(&line, LIBBPF);
		if (is_frame(line) || is_figures(line) || holds(line, "END PROG LOAD LOG"))
			continue;
		put(reason, line);
		return;
	}
}
