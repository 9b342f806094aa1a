/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "procfs/lines.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define WORD_DIGITS 8 /* of an address: four bytes, as a number of this machine's order */
#define PORT_DIGITS 4
#define STATE_DIGITS 2
#define V4_AT (sizeof(struct in6_addr) - sizeof(struct in_addr))

static int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static bool take_hex(struct parse_span *span, size_t digits, uint32_t *ret_value)
{
	uint32_t value = 0;

	if (span->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		int digit = digit_of(span->at[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	span->at += digits;
	span->len -= digits;
	*ret_value = value;
	return true;
}

/* Words as they lie in memory: what makes the text writes each of them as a number. */
static bool take_address(struct parse_span word, bool is_v6, struct socket_address *ret_address)
{
	struct socket_address address = { .is_v6 = is_v6 };
	uint32_t value;

	for (size_t at = is_v6 ? 0 : V4_AT; at < sizeof(address.bytes); at += sizeof(value)) {
		if (!take_hex(&word, WORD_DIGITS, &value))
			return false;
		memcpy(address.bytes + at, &value, sizeof(value));
	}
	if (!parse_take_literal(&word, ":") || !take_hex(&word, PORT_DIGITS, &value) || word.len)
		return false;
	address.port = (uint16_t)value;
	*ret_address = address;
	return true;
}

static bool is_same(const struct socket_address *a, const struct socket_address *b)
{
	return a->port == b->port && a->is_v6 == b->is_v6 &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Of all addresses, those of version 4 included where it is of version 6. */
static bool is_wide(const struct socket_address *address, const struct socket_address *local)
{
	static const unsigned char any[sizeof(address->bytes)];

	return address->port == local->port && (address->is_v6 || !local->is_v6) &&
	       memcmp(address->bytes, any, sizeof(any)) == 0;
}

static struct socket_listener *find_same(struct sockets *sockets, const struct socket_address *its)
{
	for (size_t i = 0; i < sockets->count; i++)
		if (is_same(&sockets->listeners[i].address, its))
			return &sockets->listeners[i];
	return NULL;
}

/* That of its own version is better: both may be there. */
static struct socket_listener *find_wide(struct sockets *sockets, const struct socket_address *its)
{
	struct socket_listener *found = NULL;

	for (size_t i = 0; i < sockets->count; i++) {
		struct socket_listener *listener = &sockets->listeners[i];

		if (!is_wide(&listener->address, its))
			continue;
		if (listener->address.is_v6 == its->is_v6)
			return listener;
		found = listener;
	}
	return found;
}

/* Several sockets may listen at one address. */
static struct socket_listener *take_listener(struct sockets *sockets,
					     const struct socket_address *address)
{
	struct socket_listener *listener = find_same(sockets, address);

	if (listener)
		return listener;
	if (sockets->count == SOCKETS_LISTENERS_MAX) {
		sockets->omitted++;
		return NULL;
	}
	listener = &sockets->listeners[sockets->count++];
	*listener = (struct socket_listener){ .address = *address };
	return listener;
}

/* The kernel writes those that listen before the others. */
void sockets_add_line(struct sockets *sockets, struct parse_span line, bool is_v6)
{
	struct parse_span number, local, remote, state;
	struct socket_address address;
	struct socket_listener *listener;
	uint32_t value;

	if (!parse_take_word(&line, &number) || !parse_take_word(&line, &local) ||
	    !parse_take_word(&line, &remote) || !parse_take_word(&line, &state) ||
	    !take_address(local, is_v6, &address) || !take_hex(&state, STATE_DIGITS, &value) ||
	    state.len || !value || value >= SOCKETS_STATES)
		return;
	sockets->all.of[value]++;
	if (value == SOCKET_LISTEN)
		listener = take_listener(sockets, &address);
	else
		listener = find_same(sockets, &address);
	if (!listener && value != SOCKET_LISTEN)
		listener = find_wide(sockets, &address);
	if (listener)
		listener->counts.of[value]++;
}

static int open_file(const struct procfs *procfs, pid_t pid, const char *name)
{
	return pid ? procfs_open_pid(procfs, pid, name) : procfs_open(procfs->proc, name);
}

/* Version 6 may be turned off; whether the process is gone the files of version 4 tell. */
static bool is_absent(int error, const char *name)
{
	return (error == -ENOENT || error == -ESRCH) && strchr(name, '6');
}

/* "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 0": the number behind the word; where it cannot be told there may be any. */
static uint64_t count_of(const struct procfs *procfs, pid_t pid, const char *name, const char *key,
			 const char *what)
{
	AUTO_FD int fd = open_file(procfs, pid, name);
	struct parse_span line, word;
	struct lines lines;
	uint64_t count;

	if (fd < 0)
		return is_absent(fd, name) ? 0 : UINT64_MAX;
	lines_init(&lines, fd);
	while (lines_next(&lines, &line) > 0) {
		if (!parse_take_literal(&line, key))
			continue;
		while (parse_take_word(&line, &word))
			if (parse_span_equals(word, what) && parse_take_u64(&line, &count))
				return count;
	}
	return UINT64_MAX;
}

static int add_file(struct sockets *sockets, const struct procfs *procfs, pid_t pid,
		    const char *name, bool is_v6)
{
	AUTO_FD int fd = open_file(procfs, pid, name);
	struct parse_span line;
	struct lines lines;
	int more = 1;

	if (fd < 0)
		return is_absent(fd, name) ? 0 : fd;
	lines_init(&lines, fd);
	while (more > 0 && lines.offset < SOCKETS_BYTES_MAX) {
		more = lines_next(&lines, &line);
		if (more > 0)
			sockets_add_line(sockets, line, is_v6);
	}
	sockets->is_cut |= more > 0;
	return more < 0 ? more : 0;
}

int sockets_read(const struct procfs *procfs, pid_t pid, struct sockets *ret_sockets)
{
	uint64_t v4 = count_of(procfs, pid, "net/sockstat", "TCP:", "inuse");
	uint64_t v6 = count_of(procfs, pid, "net/sockstat6", "TCP6:", "inuse");
	/* After their end they are counted together, whichever version they were of. */
	uint64_t waiting = count_of(procfs, pid, "net/sockstat", "TCP:", "tw");
	int r = 0;

	*ret_sockets = (struct sockets){ 0 };
	if (v6 || waiting)
		r = add_file(ret_sockets, procfs, pid, "net/tcp6", true);
	/* Of what listens with version 6, beginnings by version 4 are here. */
	if (!r && (v4 || v6 || waiting))
		r = add_file(ret_sockets, procfs, pid, "net/tcp", false);
	return r;
}

void sockets_format(const struct socket_address *address, char ret_text[SOCKETS_ADDRESS_BYTES])
{
	char text[INET6_ADDRSTRLEN] = "";

	if (address->is_v6)
		(void)inet_ntop(AF_INET6, address->bytes, text, sizeof(text));
	else
		(void)inet_ntop(AF_INET, address->bytes + V4_AT, text, sizeof(text));
	(void)snprintf(ret_text, SOCKETS_ADDRESS_BYTES, address->is_v6 ? "[%s]:%u" : "%s:%u", text,
		       address->port);
}
