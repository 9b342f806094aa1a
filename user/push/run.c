/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/run.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "denet/denet.h"
#include "format/influx.h"
#include "format/prometheus.h"
#include "format/told.h"
#include "http/client.h"
#include "http/secret.h"
#include "http/url.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/sink.h"
#include "util/units.h"

#define STATUS_OK 0
#define STATUS_LOST 1
#define STATUS_FAILED 125
#define ANSWER_OK 200
#define ANSWER_OTHER 300
#define TOLD_BYTES 200

enum shape { SHAPE_INFLUX, SHAPE_INFLUX_2, SHAPE_PUSHGATEWAY, SHAPE_UNKNOWN };

struct run_options {
	const char *url;
	const char *token_file;
	const char *user_file;
	const char *ca_file;
	bool is_check;
	bool is_help;
};

static const struct {
	const char *name;
	const char *environment;
	size_t offset;
	const char *text;
} files[] = {
	{ "token-file", "DENET_BPF_PUSH_TOKEN_FILE", offsetof(struct run_options, token_file),
	  "a file with the token" },
	{ "user-file", "DENET_BPF_PUSH_USER_FILE", offsetof(struct run_options, user_file),
	  "a file with name:password" },
	{ "ca-file", "DENET_BPF_PUSH_CA_FILE", offsetof(struct run_options, ca_file),
	  "certificates that are trusted instead of the system's" },
};

#define FILES (sizeof(files) / sizeof(files[0]))

static int usage(void)
{
	AUTO(buf) struct buf text = { 0 };

	buf_append_text(
		&text,
		"Usage: denet-bpf host push [OPTIONS] URL\n"
		"Sends a run that is over, whose records stdin has. By the URL's path:\n"
		"  /write?db=NAME              InfluxDB 1, and what takes its line protocol\n"
		"  /api/v2/write?bucket=&org=  InfluxDB 2\n"
		"  /metrics/job/NAME...        a Pushgateway, whose group it takes the place of\n\n"
		"      --check       whether it could be one; nothing is read or sent\n"
		"  -h, --help        this text\n");
	for (size_t i = 0; i < FILES; i++)
		buf_printf(&text, "      --%s FILE\n                    %s (%s)\n", files[i].name,
			   files[i].text, files[i].environment);
	return sink_write_whole(NULL, &text) ? STATUS_FAILED : STATUS_OK;
}

static const char **place_of(struct run_options *options, size_t file)
{
	return (const char **)(void *)((char *)options + files[file].offset);
}

/* How many words it took; 0 when it is none of these. */
static int take_file(struct run_options *options, char *argv[])
{
	for (size_t i = 0; i < FILES && strncmp(argv[0], "--", 2) == 0; i++) {
		size_t len = strlen(files[i].name);
		const char *rest = argv[0] + 2 + len;

		if (strncmp(argv[0] + 2, files[i].name, len) != 0 || (*rest && *rest != '='))
			continue;
		if (!*rest && !argv[1])
			return log_error(0, "option '%s' takes a file", argv[0]), -EINVAL;
		*place_of(options, i) = *rest ? rest + 1 : argv[1];
		return *rest ? 1 : 2;
	}
	return 0;
}

static int read_options(char *argv[], struct run_options *options)
{
	for (size_t i = 0; i < FILES; i++) {
		const char *value = getenv(files[i].environment);

		*place_of(options, i) = value && *value ? value : NULL;
	}
	while (*argv) {
		int taken = take_file(options, argv);

		if (taken < 0)
			return taken;
		argv += taken;
		if (taken)
			continue;
		options->is_help |= strcmp(*argv, "-h") == 0 || strcmp(*argv, "--help") == 0;
		options->is_check |= strcmp(*argv, "--check") == 0;
		if (**argv != '-' && options->url)
			return log_error(0, "'push' takes one URL"), -EINVAL;
		if (**argv != '-')
			options->url = *argv;
		else if (!options->is_help && strcmp(*argv, "--check") != 0)
			return log_error(0, "'push' has no option '%.60s'", *argv), -EINVAL;
		argv++;
	}
	if (options->url || options->is_help)
		return 0;
	return log_error(0, "'push' takes a URL to send to"), -EINVAL;
}

/* --- the URL ------------------------------------------------------------------------------------ */

/* Whether the path goes so, whatever stands before it: a proxy may have a path of its own. */
static bool has_path(const char *url, const char *path, bool is_end)
{
	size_t len = strcspn(url, "?"), path_len = strlen(path);

	if (is_end)
		return len > path_len && strncmp(url + len - path_len, path, path_len) == 0;
	for (const char *at = url; at + path_len <= url + len; at++)
		if (strncmp(at, path, path_len) == 0)
			return true;
	return false;
}

static enum shape shape_of(const char *url)
{
	if (has_path(url, "/api/v2/write", true))
		return SHAPE_INFLUX_2;
	if (has_path(url, "/write", true))
		return SHAPE_INFLUX;
	if (has_path(url, "/metrics/job/", false) || has_path(url, "/metrics/job@base64/", false))
		return SHAPE_PUSHGATEWAY;
	return SHAPE_UNKNOWN;
}

static int check_url(const char *url)
{
	const char *wrong = url_check(url);
	const char *precision = strstr(url, "precision=");
	AUTO(buf) struct buf told = { 0 };

	/* What is wrong may be a password in it. */
	if (wrong)
		return log_error(0, "the URL to push to %s", wrong), -EINVAL;
	url_append_told(&told, url);
	if (shape_of(url) == SHAPE_UNKNOWN)
		return log_error(0,
				 "'%s' is neither InfluxDB's .../write?db=NAME or "
				 ".../api/v2/write?bucket=NAME nor a Pushgateway's "
				 ".../metrics/job/NAME",
				 buf_text(&told)),
		       -EINVAL;
	if (precision && strcmp(precision, "precision=ns") != 0 &&
	    strncmp(precision, "precision=ns&", strlen("precision=ns&")) != 0)
		return log_error(0, "'%s' is sent nanoseconds: precision=ns", buf_text(&told)),
		       -EINVAL;
	return 0;
}

static void append_url(struct buf *buf, const char *url)
{
	buf_append_text(buf, url);
	if (shape_of(url) == SHAPE_PUSHGATEWAY || strstr(url, "precision="))
		return;
	buf_append_text(buf, strchr(url, '?') ? "&" : "?");
	buf_append_text(buf, "precision=ns");
}

/* --- the run ------------------------------------------------------------------------------------ */

static void on_start(void *context, const struct denet_start *start)
{
	told_take_start(context, start);
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	told_take_sample(context, tree);
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	told_take_summary(context, summary);
}

static void append_run(struct buf *text, enum shape shape, const struct told *told,
		       const struct denet_summary *summary)
{
	if (shape == SHAPE_PUSHGATEWAY)
		prometheus_append_run(text, told_start(told), summary);
	else
		influx_append_run(text, told_start(told), summary, told_end_ms(told, summary));
}

static int read_run(enum shape shape, struct buf *text)
{
	struct told told;
	const struct denet_observer observer = { .size = sizeof(observer),
						 .context = &told,
						 .on_start = on_start,
						 .on_sample = on_sample,
						 .on_summary = on_summary };
	struct denet_error error = { .size = sizeof(error) };
	struct denet_stats *stats = NULL;
	int r;

	told_init(&told);
	r = denet_stats_read_to("-", &observer, &stats, &error);
	if (r)
		(void)log_error(error.text[0] ? 0 : r, "cannot read records from stdin%s%s",
				error.text[0] ? ": " : "", error.text);
	if (!r && told.is_mixed) {
		(void)log_error(0, "stdin has more than one run");
		r = -EINVAL;
	}
	if (!r)
		append_run(text, shape, &told, stats->summary);
	denet_stats_free(stats);
	told_done(&told);
	return r ? r : text->error;
}

/* --- the request -------------------------------------------------------------------------------- */

struct outcome {
	const char *url; /* as it may be told */
	bool is_over;
	bool is_sent;
};

static void on_done(void *context, const struct http_answer *answer)
{
	struct outcome *outcome = context;
	size_t len = strcspn(answer->body, "\r\n");

	outcome->is_over = true;
	outcome->is_sent = answer->status >= ANSWER_OK && answer->status < ANSWER_OTHER;
	if (outcome->is_sent)
		return;
	if (answer->error)
		log_warning("'%s' was not told of the run: %s", outcome->url, answer->error);
	else
		log_warning("'%s' was not told of the run: status %u: %.*s", outcome->url,
			    answer->status, (int)(len < TOLD_BYTES ? len : TOLD_BYTES),
			    answer->body);
}

static void wait_for(struct http_client *client)
{
	uint64_t now_ns = clock_mono_ns(), due_ns = http_client_due_ns(client);
	uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
	struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };
	struct pollfd fd = { .fd = http_client_fd(client), .events = POLLIN };

	(void)ppoll(&fd, 1, due_ns == HTTP_NEVER ? NULL : &left, NULL);
	http_client_run(client);
}

static int send_request(const struct http_request *request, const char *told_url)
{
	struct outcome outcome = { .url = told_url };
	struct http_client *client = NULL;
	int r = http_client_new(&client);

	if (!r)
		r = http_client_send(client, request, on_done, &outcome, NULL);
	while (!r && !outcome.is_over)
		wait_for(client);
	http_client_free(client);
	return r ? log_error(r, "cannot send to '%s'", told_url) : outcome.is_sent ? 0 : -EIO;
}

static int read_secret(const char *file, const char *before, struct buf *ret_text)
{
	AUTO(secret) char *secret = NULL;
	int r = file ? secret_read(file, &secret) : 0;

	if (r)
		return log_error(r, "cannot read '%s'", file);
	if (file)
		buf_printf(ret_text, "%s%s", before, secret);
	return ret_text->error;
}

static int push_text(const struct run_options *options, const struct buf *text)
{
	static const char *const headers[] = { "Content-Type: text/plain; charset=utf-8", NULL };
	enum shape shape = shape_of(options->url);
	AUTO(buf) struct buf url = { 0 }, told = { 0 }, token = { 0 }, user = { 0 };
	struct http_request request = { .headers = headers, .ca_file = options->ca_file };
	int r = read_secret(options->token_file, shape == SHAPE_PUSHGATEWAY ? "Bearer " : "Token ",
			    &token);

	if (!r)
		r = read_secret(options->user_file, "", &user);
	append_url(&url, options->url);
	url_append_told(&told, options->url);
	if (r || url.error || told.error)
		return r ? r : -ENOMEM;
	request.url = url.data;
	request.method = shape == SHAPE_PUSHGATEWAY ? "PUT" : "POST";
	request.body = text->data;
	request.body_len = text->len;
	request.authorization = options->token_file ? token.data : NULL;
	request.user = options->user_file ? user.data : NULL;
	return send_request(&request, told.data);
}

int run_push_main(int argc, char *argv[])
{
	struct run_options options = { 0 };
	AUTO(buf) struct buf text = { 0 };

	(void)argc;
	if (read_options(argv + 1, &options))
		return STATUS_FAILED;
	if (options.is_help)
		return usage();
	if (check_url(options.url))
		return STATUS_FAILED;
	if (options.is_check)
		return STATUS_OK;
	if (read_run(shape_of(options.url), &text) || push_text(&options, &text))
		return STATUS_LOST;
	return STATUS_OK;
}
