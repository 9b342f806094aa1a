/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"

static void assert_escaped(void (*escape)(struct buf *, const char *), const char *text,
			   const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	escape(&buf, text);
	assert_int_equal(buf.error, 0);
	assert_string_equal(buf_text(&buf), expected);
}

/* Nothing of what ends or begins something there is left, whatever the bytes are. */
static void assert_free_of(void (*escape)(struct buf *, const char *), const char *bytes)
{
	char all[256];
	AUTO(buf) struct buf buf = { 0 };

	for (int i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	escape(&buf, all);
	assert_int_equal(buf.error, 0);
	for (; *bytes; bytes++)
		if (strchr(buf_text(&buf), *bytes))
			fail_msg("%d in %s", *bytes, buf_text(&buf));
}

static void markdown_is_code_of_plain_text(void **state)
{
	(void)state;
	assert_escaped(escape_markdown, "cc1plus", "<code>cc1plus</code>");
	assert_escaped(escape_markdown, "python3.11", "<code>python3.11</code>");
	assert_escaped(escape_markdown, "a|b`c", "<code>a&#124;b&#96;c</code>");
	assert_escaped(escape_markdown, "<b>_x_&amp;",
		       "<code>&#60;b&#62;&#95;x&#95;&#38;amp&#59;</code>");
	assert_escaped(escape_markdown, "www.x.y", "<code>www&#46;x.y</code>");
	assert_escaped(escape_markdown, "http://x @y #1 a\\|b",
		       "<code>http&#58;//x &#64;y &#35;1 a&#92;&#124;b</code>");
	assert_escaped(escape_markdown, "\r\n\x1b\xff\xc3\xa4",
		       "<code>&#63;&#63;&#63;\xef\xbf\xbd\xc3\xa4</code>");
	assert_free_of(escape_markdown, "|`\r\n*_[]()!\\@:\"'~$");
}

static void xml_is_text(void **state)
{
	(void)state;
	assert_escaped(escape_xml, "a > 1 && <b \"c' ]]>",
		       "a &gt; 1 &amp;&amp; &lt;b &quot;c&#39; ]]&gt;");
	assert_escaped(escape_xml, "\x01\xef\xbf\xbe\xef\xbf\xbf\xff", "???\xef\xbf\xbd");
	assert_free_of(escape_xml, "<>\"'\r\n\t\x01\x1f\x7f");
}

static void github_reads_no_second_command(void **state)
{
	(void)state;
	assert_escaped(escape_github, "100%\r\n::error::x", "100%25??::error::x");
	assert_escaped(escape_github_property, "a::b,c=%0A", "a%3A%3Ab%2Cc=%250A");
	assert_free_of(escape_github, "\r\n");
	assert_free_of(escape_github_property, ":,\r\n");
}

static void teamcity_reads_one_message(void **state)
{
	(void)state;
	assert_escaped(escape_teamcity, "programs[a'b].runs | 1\n", "programs|[a|'b|].runs || 1?");
	assert_free_of(escape_teamcity, "\r\n");
}

static void fields_of_csv_are_quoted_where_they_need_it(void **state)
{
	(void)state;
	assert_escaped(escape_csv, "make-j2", "make-j2");
	assert_escaped(escape_csv, "a \"b\", c\n", "\"a \"\"b\"\", c?\"");
	assert_free_of(escape_csv, "\r\n");
}

static void tasks_of_a_chart_mean_nothing(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	char long_text[200];

	(void)state;
	assert_escaped(escape_mermaid, "12 cc1 a:b#58;c,%%{init}%% x.c",
		       "12 cc1 a_b_58_c____init___ x.c");
	memset(long_text, 'x', sizeof(long_text));
	long_text[199] = '\0';
	escape_mermaid(&buf, long_text);
	assert_int_equal(buf.len, 60);
	assert_free_of(escape_mermaid, ":;,#%{}\"'`<>&\r\n()[]|\\");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markdown_is_code_of_plain_text),
		cmocka_unit_test(xml_is_text),
		cmocka_unit_test(github_reads_no_second_command),
		cmocka_unit_test(teamcity_reads_one_message),
		cmocka_unit_test(fields_of_csv_are_quoted_where_they_need_it),
		cmocka_unit_test(tasks_of_a_chart_mean_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
