/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/process_csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "metrics/table.h"
#include "util/cleanup.h"
#include "util/decimal.h"
#include "util/quote.h"
#include "util/utf8.h"

static void end_line(struct buf *buf)
{
	if (buf->error)
		return;
	buf->len--; /* the comma behind the last */
	buf_append_text(buf, "\r\n");
}

void process_csv_append_header(struct buf *buf)
{
	struct metric_list list = metric_list(DENET_RECORD_PROCESS);

	for (size_t i = 0; i < list.count; i++)
		if (list.uses[i].form != DENET_FORM_OTHER)
			buf_printf(buf, "%s,", list.uses[i].key);
	end_line(buf);
}

/* An empty text is one, between quotes, and nothing is none. */
static void append_text(struct buf *buf, const char *text, size_t len)
{
	AUTO(buf) struct buf plain = { 0 };

	utf8_append(&plain, text, len);
	if (plain.error)
		buf->error = plain.error;
	if (plain.len && !strpbrk(buf_text(&plain), ",\"\r\n ")) {
		buf_append(buf, plain.data, plain.len);
		return;
	}
	buf_append_char(buf, '"');
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.data[i] == '"')
			buf_append_char(buf, '"');
		buf_append_char(buf, plain.data[i]);
	}
	buf_append_char(buf, '"');
}

static void append_args(struct buf *buf, const struct denet_command *command)
{
	const char *end = command->args + command->args_len;
	AUTO(buf) struct buf words = { 0 };

	if (!command->args_len)
		return;
	for (const char *arg = command->args; arg < end; arg += strlen(arg) + 1) {
		if (arg != command->args)
			buf_append_char(&words, ' ');
		quote_append(&words, arg);
	}
	append_text(buf, buf_text(&words), words.len);
	if (words.error)
		buf->error = words.error;
}

static void append_real(struct buf *buf, const struct metric_use *use, double value)
{
	char text[DECIMAL_MAX_BYTES];

	if (!isfinite(value))
		return;
	buf_append(buf, text,
		   use->form == DENET_FORM_FLOAT ? decimal_from_float((float)value, text)
						 : decimal_from_double(value, text));
}

/* An id or a pid of 0 is nobody's. */
static void append_whole(struct buf *buf, const struct metric_use *use, uint64_t value)
{
	bool is_nobody = use->flags & METRIC_OMIT_ZERO &&
			 use->metric->shown.type == DENET_METRIC_INFO && !value;

	if (value != DENET_UNKNOWN && !is_nobody)
		buf_printf(buf, "%" PRIu64, value);
}

static void append_end(struct buf *buf, const struct metric_use *use, const struct denet_end *end)
{
	bool is_signal = use->form == DENET_FORM_SIGNAL;

	if (end->known && !end->signal == !is_signal)
		buf_printf(buf, "%d", is_signal ? end->signal : end->exit_code);
}

/* Files older than this have no ids either. */
static bool has_start(const struct denet_process *process)
{
	return process->id || process->start_ns;
}

static void append_value(struct buf *buf, const struct metric_use *use,
			 const struct denet_process *process)
{
	const void *at = (const char *)process + use->offset;

	if (use->flags & METRIC_IF_ENDED && !process->end.known)
		return;
	switch (use->form) {
	case DENET_FORM_U64:
		append_whole(buf, use, *(const uint64_t *)at);
		break;
	case DENET_FORM_U32:
		append_whole(buf, use, *(const uint32_t *)at);
		break;
	case DENET_FORM_I64:
		if (has_start(process))
			buf_printf(buf, "%" PRId64, *(const int64_t *)at);
		break;
	case DENET_FORM_BOOL:
		buf_append_char(buf, *(const bool *)at ? '1' : '0');
		break;
	case DENET_FORM_TEXT:
		if (*(const char *const *)at)
			append_text(buf, *(const char *const *)at,
				    strlen(*(const char *const *)at));
		break;
	case DENET_FORM_ARGS:
		append_args(buf, at);
		break;
	case DENET_FORM_EXIT_CODE:
	case DENET_FORM_SIGNAL:
		append_end(buf, use, at);
		break;
	default:
		append_real(buf, use, *(const double *)at);
		break;
	}
}

void process_csv_append_row(struct buf *buf, const struct denet_process *process)
{
	struct metric_list list = metric_list(DENET_RECORD_PROCESS);

	for (size_t i = 0; i < list.count; i++) {
		if (list.uses[i].form == DENET_FORM_OTHER)
			continue;
		append_value(buf, &list.uses[i], process);
		buf_append_char(buf, ',');
	}
	end_line(buf);
}
