/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/credential.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define SCHEME "Basic "

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* As RFC 4648 has it, the padding left out or not. */
static bool decode(const char *text, size_t len, char *to, size_t size)
{
	uint32_t bits = 0;
	unsigned int count = 0;
	size_t used = 0;

	while (len && text[len - 1] == '=')
		len--;
	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i]);

		if (value < 0 || used + 1 >= size)
			return false;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		to[used] = (char)(bits >> count & 0xff);
		if (!to[used++])
			return false;
	}
	to[used] = '\0';
	return true;
}

int credential_parse(const char *header, struct credential *ret_credential)
{
	char *colon;

	if (!header || strncasecmp(header, SCHEME, strlen(SCHEME)) != 0)
		return -EINVAL;
	header += strlen(SCHEME);
	header += strspn(header, " ");
	if (!decode(header, strlen(header), ret_credential->text, sizeof(ret_credential->text)))
		return -EINVAL;
	colon = strchr(ret_credential->text, ':');
	if (!colon)
		return -EINVAL;
	*colon = '\0';
	ret_credential->name = ret_credential->text;
	ret_credential->password = colon + 1;
	return 0;
}
