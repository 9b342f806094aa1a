/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "http/url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *why_not(CURLUcode code)
{
	switch (code) {
	case CURLUE_UNSUPPORTED_SCHEME:
		return "does not begin with http:// or https://";
	case CURLUE_USER_NOT_ALLOWED:
		return "has a user in it: give a file with it";
	case CURLUE_BAD_PORT_NUMBER:
		return "has no such port";
	case CURLUE_OUT_OF_MEMORY:
		return "takes more memory than there is";
	default:
		return "is no URL";
	}
}

static bool has_scheme(const char *url, const char *scheme)
{
	return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

const char *url_check(const char *url)
{
	CURLU *parts;
	CURLUcode code;

	if (!url || !*url)
		return "is no URL";
	if (!has_scheme(url, "http://") && !has_scheme(url, "https://"))
		return "does not begin with http:// or https://";
	if (strpbrk(url, "#"))
		return "has a '#' in it";
	parts = curl_url();
	if (!parts)
		return why_not(CURLUE_OUT_OF_MEMORY);
	code = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
	curl_url_cleanup(parts);
	return code ? why_not(code) : NULL;
}

/* Letters of ASCII alone, whatever the locale. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~", c));
}

void url_append_part(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		if (is_plain(*text))
			buf_append_char(buf, *text);
		else
			buf_printf(buf, "%%%02X", (unsigned int)(unsigned char)*text);
	}
}

void url_append_told(struct buf *buf, const char *url)
{
	buf_append(buf, url, strcspn(url, "?"));
}
