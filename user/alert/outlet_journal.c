/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Entries with fields of their own in the journal, by its own socket: a line each, or, of any bytes, with a length. */
#include "alert/outlet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

#define JOURNAL_PATH "/run/systemd/journal/socket"
#define PRIORITY_CRITICAL "2" /* as of syslog.h */
#define PRIORITY_WARNING "4"
#define PRIORITY_INFO "6"
#define NAME_BYTES 64

struct journal {
	int fd; /* owned */
	struct sockaddr_un address;
	bool has_failed; /* it was told */
};

static void append_field(struct buf *entry, const char *name, const char *text)
{
	uint64_t len = strlen(text);

	buf_append_text(entry, name);
	if (strchr(text, '\n')) {
		unsigned char bytes[8];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)(len >> (8 * i));
		buf_append_char(entry, '\n');
		buf_append(entry, bytes, sizeof(bytes));
	} else {
		buf_append_char(entry, '=');
	}
	buf_append(entry, text, len);
	buf_append_char(entry, '\n');
}

/* "ALERT_NAMESPACE": letters, digits and '_' are all that a label may have, too. */
static void append_label(struct buf *entry, const struct alert_label *label)
{
	char name[NAME_BYTES];
	int len = snprintf(name, sizeof(name), "ALERT_%s", label->name);

	if (len >= (int)sizeof(name))
		return;
	for (char *c = name; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	append_field(entry, name, label->value);
}

static const char *priority_of(const struct alert *alert)
{
	if (alert->state == ALERT_RESOLVED)
		return PRIORITY_INFO;
	return alert->level == LEVEL_CRITICAL ? PRIORITY_CRITICAL : PRIORITY_WARNING;
}

static void append_message(struct buf *entry, const struct alert *alert)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(buf) struct buf plain = { 0 };

	buf_append_text(&text, "alert ");
	alert_append_summary(&text, alert);
	utf8_append_plain(&plain, buf_text(&text), text.len);
	append_field(entry, "MESSAGE", buf_text(&plain));
	if (plain.error)
		entry->error = plain.error;
}

static void append_entry(struct buf *entry, const struct alert *alert, uint64_t ts_ms)
{
	AUTO(buf) struct buf json = { 0 };

	append_message(entry, alert);
	append_field(entry, "PRIORITY", priority_of(alert));
	append_field(entry, "SYSLOG_IDENTIFIER", "denet-bpf-host");
	append_field(entry, "ALERT_STATE", alert->state == ALERT_FIRING ? "firing" : "resolved");
	for (size_t i = 0; i < alert->labels_count; i++)
		append_label(entry, &alert->labels[i]);
	alert_append(&json, alert, ts_ms);
	append_field(entry, "ALERT", buf_text(&json));
	if (json.error)
		entry->error = json.error;
}

static void tell(void *self, const struct alert *alert, uint64_t ts_ms)
{
	struct journal *journal = self;
	AUTO(buf) struct buf entry = { 0 };
	int r;

	append_entry(&entry, alert, ts_ms);
	r = entry.error;
	if (!r && sendto(journal->fd, entry.data, entry.len, MSG_DONTWAIT | MSG_NOSIGNAL,
			 (const struct sockaddr *)&journal->address, sizeof(journal->address)) < 0)
		r = -errno;
	if (r && !journal->has_failed)
		(void)log_error(r, "cannot tell the journal of alerts");
	journal->has_failed = r;
}

static void close_journal(void *self)
{
	struct journal *journal = self;

	(void)close(journal->fd);
	free(journal);
}

int outlet_open_journal(const struct settings_target *target, struct http_client *client,
			struct outlet *ret_outlet)
{
	static const struct outlet_ops ops = { .tell = tell, .close = close_journal };
	const char *path = target->path.text ? target->path.text : JOURNAL_PATH;
	struct journal *journal = calloc(1, sizeof(*journal));

	(void)client;
	if (!journal)
		return log_error(-ENOMEM, "cannot tell the journal of alerts");
	journal->address.sun_family = AF_UNIX;
	(void)snprintf(journal->address.sun_path, sizeof(journal->address.sun_path), "%s", path);
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (journal->fd < 0) {
		free(journal);
		return log_error(-errno, "cannot tell the journal of alerts");
	}
	*ret_outlet = (struct outlet){ &ops, journal };
	return 0;
}
