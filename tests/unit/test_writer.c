/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "golden.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

#include "told_run.h"

static void denet_writer_freep(struct denet_writer **writer)
{
	denet_writer_free(*writer);
}

static struct denet_writer *new_writer(struct denet_writer_options options)
{
	struct denet_writer *writer = NULL;

	options.size = sizeof(options);
	assert_int_equal(denet_writer_new(&options, &writer), 0);
	return writer;
}

static int collect(void *context, const char *bytes, size_t len)
{
	buf_append(context, bytes, len);
	return 0;
}

static void tell(struct denet_writer *writer)
{
	const struct denet_observer *to = denet_writer_observer(writer);
	const struct denet_summary summary = told_summary();

	told_run(to);
	to->on_summary(to->context, &summary);
	denet_writer_finish(writer);
}

/* What differs from one machine to the next. */
static void even_out(struct buf *text)
{
	static const struct {
		const char *from;
		const char *to;
	} words[] = {
		{ "\"system\":false", "\"system\":true " },
		{ "\"clk_tck\":250", "\"clk_tck\":100" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *at = strstr(text->data, words[i].from);

		if (at)
			memcpy(at, words[i].to, strlen(words[i].to));
	}
}

static void check(const char *name, struct denet_writer_options options)
{
	AUTO(denet_writer) struct denet_writer *writer = new_writer(options);
	AUTO(buf) struct buf text = { 0 };

	assert_int_equal(denet_writer_add_callback(writer, "memory", collect, &text), 0);
	tell(writer);
	even_out(&text);
	golden_check(name, &text);
	assert_int_equal(denet_writer_error(writer), 0);
}

static void records_are_written_as_they_always_were(void **state)
{
	(void)state;
	check("records_jsonl", (struct denet_writer_options){ 0 });
	check("records_json", (struct denet_writer_options){ .format = DENET_FORMAT_JSON });
	check("records_root", (struct denet_writer_options){ .exclude_children = true });
	check("records_csv", (struct denet_writer_options){ .format = DENET_FORMAT_CSV });
	check("records_csv_root", (struct denet_writer_options){ .format = DENET_FORMAT_CSV,
								 .exclude_children = true });
}

static void denet_gets_what_denet_has(void **state)
{
	(void)state;
	check("records_compat", (struct denet_writer_options){ .compat_denet = true });
	check("records_compat_root",
	      (struct denet_writer_options){ .compat_denet = true, .exclude_children = true });
}

static void every_target_gets_all(void **state)
{
	AUTO(denet_writer)
	struct denet_writer *writer = new_writer((struct denet_writer_options){ 0 });
	AUTO(buf) struct buf text = { 0 };
	AUTO_FREE char *kept = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(denet_writer_add_callback(writer, "a", collect, &text), 0);
	assert_int_equal(denet_writer_add_memory(writer, 0), 0);
	assert_int_equal(denet_writer_add_memory(writer, 0), -EEXIST);
	tell(writer);
	assert_int_equal(denet_writer_take(writer, &kept, &len), 0);
	assert_int_equal(len, text.len);
	assert_string_equal(kept, buf_text(&text));
	assert_int_equal(denet_writer_dropped(writer), 0);
}

/* The observer returns though nobody reads; what waits comes when somebody does, and losses are told. */
static void nobody_waits_for_a_reader(void **state)
{
	const struct denet_writer_options options = { .never_waits = true };
	AUTO(denet_writer) struct denet_writer *writer = new_writer(options);
	const struct denet_observer *to = denet_writer_observer(writer);
	struct pollfd waiting = { .fd = denet_writer_fd(writer), .events = POLLIN };
	AUTO(buf) struct buf text = { 0 };
	char part[4096], lost[64];
	int ends[2];
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(denet_writer_add_fd(writer, ends[1], "pipe"), 0);
	while (!denet_writer_lost(writer))
		told_samples(to);
	tell(writer);
	assert_int_equal(denet_writer_step(writer), 1);
	assert_int_equal(poll(&waiting, 1, 0), 0);
	do {
		while ((n = read(ends[0], part, sizeof(part))) > 0)
			buf_append(&text, part, (size_t)n);
	} while (poll(&waiting, 1, 0) && denet_writer_step(writer) >= 0 && text.len < UINT32_MAX);
	while ((n = read(ends[0], part, sizeof(part))) > 0)
		buf_append(&text, part, (size_t)n);
	assert_int_equal(denet_writer_step(writer), 0);
	assert_int_equal(denet_writer_error(writer), 0);
	(void)snprintf(lost, sizeof(lost), "\"records_lost\":%" PRIu64,
		       told_summary().records_lost + denet_writer_lost(writer));
	assert_non_null(strstr(buf_text(&text), lost));
	assert_non_null(text.data);
	assert_true(text.len > 0 && text.data[text.len - 1] == '\n');
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

static void kinds_are_left_out(void **state)
{
	AUTO(denet_writer)
	struct denet_writer *writer = new_writer((struct denet_writer_options){
		.left_out = 1u << DENET_RECORD_METADATA | 1u << DENET_RECORD_PROCESS });
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	assert_int_equal(denet_writer_add_callback(writer, "a", collect, &text), 0);
	tell(writer);
	assert_null(strstr(buf_text(&text), "\"kind\":\"metadata\""));
	assert_null(strstr(buf_text(&text), "\"kind\":\"process\""));
	assert_non_null(strstr(buf_text(&text), "\"kind\":\"summary\""));
}

static void env_comes_first(void **state)
{
	AUTO(denet_writer)
	struct denet_writer *writer =
		new_writer((struct denet_writer_options){ .write_env = true });
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	assert_int_equal(denet_writer_add_callback(writer, "a", collect, &text), 0);
	tell(writer);
	assert_memory_equal(buf_text(&text), "{\"kind\":\"env\",", 14);
}

struct losses {
	int count;
	int error;
	char target[16];
};

static void note_loss(void *context, const char *target, int error)
{
	struct losses *losses = context;

	losses->count++;
	losses->error = error;
	(void)snprintf(losses->target, sizeof(losses->target), "%s", target);
}

static int refuse(void *context, const char *bytes, size_t len)
{
	(void)context;
	(void)bytes;
	return len ? -ENOSPC : 0;
}

static void a_target_that_fails_is_told_once_and_others_go_on(void **state)
{
	struct losses losses = { 0 };
	AUTO(denet_writer)
	struct denet_writer *writer = new_writer(
		(struct denet_writer_options){ .on_loss = note_loss, .context = &losses });
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	assert_int_equal(denet_writer_add_callback(writer, "full", refuse, NULL), 0);
	assert_int_equal(denet_writer_add_callback(writer, "good", collect, &text), 0);
	tell(writer);
	assert_int_equal(losses.count, 1);
	assert_int_equal(losses.error, -ENOSPC);
	assert_string_equal(losses.target, "full");
	assert_int_equal(denet_writer_error(writer), -ENOSPC);
	assert_non_null(strstr(buf_text(&text), "\"kind\":\"summary\""));
}

static void note_warning(void *context, const char *text)
{
	buf_append_text(context, text);
}

static void a_warning_is_handed_on_and_no_record(void **state)
{
	AUTO(buf) struct buf told = { 0 };
	AUTO(buf) struct buf text = { 0 };
	AUTO(denet_writer)
	struct denet_writer *writer = new_writer(
		(struct denet_writer_options){ .on_warning = note_warning, .context = &told });
	AUTO(denet_writer)
	struct denet_writer *silent = new_writer((struct denet_writer_options){ 0 });
	const struct denet_observer *observer = denet_writer_observer(writer);

	(void)state;
	assert_int_equal(denet_writer_add_callback(writer, "records", collect, &text), 0);
	observer->on_warning(observer->context, "less is known");
	assert_string_equal(buf_text(&told), "less is known");
	assert_int_equal(text.len, 0);
	observer = denet_writer_observer(silent);
	observer->on_warning(observer->context, "to nobody");
}

static void read_file(int fd, struct buf *ret)
{
	char part[4096];
	ssize_t len;
	off_t at = 0;

	buf_reset(ret);
	for (; (len = pread(fd, part, sizeof(part), at)) > 0; at += len)
		buf_append(ret, part, (size_t)len);
}

/* At any time a reader finds an array that is whole, and as denet tells one. */
static void an_array_is_closed_after_each_sample(void **state)
{
	char path[] = "/tmp/denet-writer-XXXXXX";
	AUTO_FD int fd = mkstemp(path);
	AUTO(denet_writer)
	struct denet_writer *writer = new_writer(
		(struct denet_writer_options){ .format = DENET_FORMAT_JSON, .closes_array = true });
	AUTO(buf) struct buf text = { 0 };
	AUTO(buf) struct buf whole = { 0 };

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(denet_writer_add_fd(writer, fd, "file"), 0);
	told_run(denet_writer_observer(writer));
	read_file(fd, &text);
	assert_memory_equal(text.data, "[{\"kind\":\"metadata\"", 19);
	assert_memory_equal(text.data + text.len - 2, "}]", 2);
	assert_null(strstr(text.data, "]]"));
	assert_null(strstr(text.data, "],\n"));
	tell(writer);
	read_file(fd, &whole);
	assert_true(whole.len > text.len);
	assert_memory_equal(whole.data, text.data, text.len - 1);
	assert_memory_equal(whole.data + whole.len - 2, "}]", 2);
}

static void a_descriptor_is_packed_by_its_name(void **state)
{
	static const char *const names[] = { "file", "file.gz", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[] = "/tmp/denet-writer-XXXXXX";
		AUTO_FD int fd = mkstemp(path);
		AUTO(denet_writer)
		struct denet_writer *writer =
			new_writer((struct denet_writer_options){ .format = DENET_FORMAT_JSON });
		AUTO(buf) struct buf text = { 0 };

		assert_int_equal(unlink(path), 0);
		assert_int_equal(denet_writer_add_fd(writer, fd, names[i]), 0);
		tell(writer);
		read_file(fd, &text);
		assert_memory_equal(text.data, i == 1 ? "\x1f\x8b" : "[\n", 2);
	}
}

static void what_nobody_wants_is_not_made(void **state)
{
	AUTO(denet_writer)
	struct denet_writer *writer = new_writer((struct denet_writer_options){ 0 });
	AUTO_FREE char *text = NULL;
	size_t len;

	(void)state;
	tell(writer);
	assert_int_equal(denet_writer_take(writer, &text, &len), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_written_as_they_always_were),
		cmocka_unit_test(denet_gets_what_denet_has),
		cmocka_unit_test(every_target_gets_all),
		cmocka_unit_test(nobody_waits_for_a_reader),
		cmocka_unit_test(kinds_are_left_out),
		cmocka_unit_test(env_comes_first),
		cmocka_unit_test(a_warning_is_handed_on_and_no_record),
		cmocka_unit_test(a_target_that_fails_is_told_once_and_others_go_on),
		cmocka_unit_test(an_array_is_closed_after_each_sample),
		cmocka_unit_test(a_descriptor_is_packed_by_its_name),
		cmocka_unit_test(what_nobody_wants_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
