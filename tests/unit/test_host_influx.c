/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a look has found in InfluxDB's line protocol, and on its way there. */
#include <math.h>
#include <poll.h>
#include <time.h>

#include "http_server.h"

#include "expose/influx.h"
#include "metrics/derive.h"
#include "metrics/host_records.h"
#include "push/push.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define OK "HTTP/1.1 204 No Content\r\n\r\n"
#define TS_MS 1700000000123ull
#define TS " 1700000000123000000\n"
#define STEPS(...) ((const struct http_step[]){ __VA_ARGS__ })

static struct host_group unknown_group(const char *type, const char *name)
{
	struct host_group group = { .type = type, .name = name };

	derive_forget(DENET_RECORD_CONTAINER, &group);
	derive_forget(DENET_RECORD_GROUP, &group);
	return group;
}

static void assert_line(enum denet_record record, const void *figures, const char *wanted)
{
	static const struct expose_influx_tag tags[] = { { "dc", "x" }, { "host", "h" } };
	const struct view_row row = { record, figures };
	AUTO(buf) struct buf buf = { 0 };

	expose_influx_append(&buf, &row, tags, 2, TS_MS);
	assert_string_equal(buf_text(&buf), wanted);
}

static void a_container_is_one_whether_it_lives_or_not(void **state)
{
	struct host_group group = unknown_group("container", "web");

	(void)state;
	group.image = "nginx:1";
	group.cpu_time_ns = 5;
	group.cpu_usage = 2;
	group.pids = UINT64_MAX - 1;
	assert_line(DENET_RECORD_GROUP, &group,
		    "denet_container,dc=x,host=h,image=nginx:1,name=web,type=container "
		    "cpu_time_ns=5i,cpu_usage=2.0,pids_current=9223372036854775807i" TS);
	group.ended_ms = 7;
	assert_line(DENET_RECORD_CONTAINER, &group,
		    "denet_container,dc=x,host=h,image=nginx:1,name=web,type=container "
		    "cpu_time_ns=5i,ended_ms=7i,counters_final=false" TS);
	group.type = "unit";
	assert_line(DENET_RECORD_GROUP, &group,
		    "denet_group,dc=x,host=h,image=nginx:1,name=web,type=unit "
		    "cpu_time_ns=5i,cpu_usage=2.0,pids_current=9223372036854775807i" TS);
}

static void what_is_not_known_is_left_out(void **state)
{
	struct host_group group = unknown_group("container", "web");

	(void)state;
	assert_line(DENET_RECORD_CONTAINER, &group, "");
	group.cpu_usage = INFINITY;
	assert_line(DENET_RECORD_GROUP, &group, "");
	assert_line(DENET_RECORD_HISTORY, &(struct host_history){ 0 }, "");
}

/* What would end a tag, a field or a line. */
static void no_name_ends_a_line(void **state)
{
	struct host_group group = unknown_group("container", "a,b c=d\"e\t\n\xe2\x80\xae\xff\\");

	(void)state;
	group.class_name = "";
	group.cpu_time_ns = 5;
	assert_line(DENET_RECORD_GROUP, &group,
		    "denet_container,dc=x,host=h,name=a\\,b\\ c\\=d\"e\\u0009\\u000a\\u202e\\xff?,"
		    "type=container cpu_time_ns=5i" TS);
}

/* Another tag would be another series at each look. */
static void what_changes_is_no_tag(void **state)
{
	struct host_group group = unknown_group("container", "web");

	(void)state;
	group.failed_by_status = "1:3 127:1";
	group.oom_victim = "a\"b\\c\n";
	assert_line(DENET_RECORD_GROUP, &group, "");
	group.cpu_time_ns = 5;
	assert_line(DENET_RECORD_GROUP, &group,
		    "denet_container,dc=x,host=h,name=web,type=container cpu_time_ns=5i,"
		    "failed_by_status=\"1:3 127:1\",oom_victim=\"a\\\"b\\\\c\\\\u000a\"" TS);
}

static void a_tag_of_the_record_is_no_other_s(void **state)
{
	static const struct expose_influx_tag tags[] = {
		{ "name", "mine" }, { "host", "mine" }, { "host", "h" }, { "a b", "" }
	};
	struct host_group group = unknown_group("container", "web");
	const struct view_row row = { DENET_RECORD_GROUP, &group };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	group.oom_kills = 0;
	expose_influx_append(&buf, &row, tags, 4, TS_MS);
	assert_string_equal(buf_text(&buf),
			    "denet_container,host=mine,name=web,type=container oom_kills=0i" TS);
	assert_true(expose_influx_is_key("rack"));
	assert_false(expose_influx_is_key(""));
	assert_false(expose_influx_is_key("time"));
	assert_false(expose_influx_is_key("_field"));
}

static void the_machine_has_what_monitors_by_psutil_write(void **state)
{
	struct host_machine machine = { .load_avg = { 1, 2.5, NAN } };

	(void)state;
	derive_forget(DENET_RECORD_MACHINE, &machine);
	machine.timestamp = 12;
	machine.cpu_percent = 12.5;
	machine.memory_percent = 50;
	machine.swap_percent = 0;
	machine.disk_usage_percent = 70;
	assert_line(DENET_RECORD_MACHINE, &machine,
		    "system_metrics,dc=x,host=h cpu_percent=12.5,memory_percent=50.0,"
		    "swap_percent=0.0,disk_percent=70.0,load1=1.0,load5=2.5" TS);
}

/* Two of one name would be one point else. */
static void numbers_tell_one_from_another(void **state)
{
	struct host_heavy heavy = { .name = "x", .username = "me", .reason = "cpu" };
	struct host_command command = { .group = "g", .comm = "x" };

	(void)state;
	derive_forget(DENET_RECORD_HEAVY, &heavy);
	heavy.pid = 42;
	heavy.rss_bytes = 7;
	assert_line(DENET_RECORD_HEAVY, &heavy,
		    "denet_heavy,dc=x,host=h,name=x,pid=42,reason=cpu,username=me "
		    "rss=7i,ended=false" TS);
	derive_forget(DENET_RECORD_COMMAND, &command);
	command.uid = 1000;
	command.processes_living = 1;
	assert_line(DENET_RECORD_COMMAND, &command,
		    "denet_command,comm=x,dc=x,group=g,host=h,uid=1000 processes_living=1i" TS);
}

static void sockets_are_counted_by_where_they_came_to(void **state)
{
	struct host_connections counts = { .group = "web", .listening = "0.0.0.0:80" };

	(void)state;
	derive_forget(DENET_RECORD_CONNECTIONS, &counts);
	counts.established = 2;
	assert_line(
		DENET_RECORD_CONNECTIONS, &counts,
		"denet_connections,dc=x,group=web,host=h,listening=0.0.0.0:80 established=2i" TS);
}

struct world {
	struct http_server server;
	struct push_influx influx;
	struct push_settings settings;
	struct observer observer;
	struct host_group group;
	struct view_row row;
	struct view view;
};

static void begin(struct world *world, const struct http_step *steps, size_t count)
{
	*world = (struct world){ 0 };
	http_server_start(&world->server, steps, count);
	world->influx = (struct push_influx){ .url = world->server.url,
					      .database = "d b",
					      .timeout_ns = 60 * NS_PER_S,
					      .queue_bytes = 1 << 20,
					      .age_ns = 3600 * NS_PER_S };
	world->settings.influx = (struct config_items){ &world->influx, 1 };
	world->group = unknown_group("container", "web");
	world->row = (struct view_row){ DENET_RECORD_GROUP, &world->group };
	world->view = (struct view){ .rows = &world->row, .count = 1, .ts_ms = TS_MS };
}

static void open_it(struct world *world)
{
	assert_int_equal(push_open(&world->settings, NULL, &world->observer), 0);
	assert_non_null(world->observer.ops);
}

static void look(struct world *world, uint64_t cpu_time_ns)
{
	world->group.cpu_time_ns = cpu_time_ns;
	world->observer.ops->take(world->observer.self, &world->view);
}

static void wait_once(struct world *world)
{
	const struct observer_ops *ops = world->observer.ops;
	uint64_t now_ns = clock_mono_ns(), due_ns = ops->due_ns(world->observer.self);
	uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
	struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };
	struct pollfd fd = { .fd = ops->fd(world->observer.self), .events = POLLIN };

	(void)ppoll(&fd, 1, due_ns == OBSERVER_NEVER ? NULL : &left, NULL);
	ops->run(world->observer.self);
}

/* As a service that is told to end does. */
static void finish(struct world *world)
{
	while (!world->observer.ops->is_done(world->observer.self))
		wait_once(world);
	world->observer.ops->close(world->observer.self);
	http_server_stop(&world->server);
}

static const char *body_of(const struct world *world, size_t index)
{
	const char *end = strstr(buf_text(&world->server.requests[index]), "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static void assert_has(const struct world *world, size_t index, const char *part)
{
	assert_non_null(strstr(buf_text(&world->server.requests[index]), part));
}

static void looks_within_a_second_are_one_batch(void **state)
{
	struct world world;

	(void)state;
	begin(&world, STEPS({ OK, HTTP_KEEP }), 1);
	open_it(&world);
	look(&world, 1);
	look(&world, 2);
	finish(&world);
	assert_int_equal(world.server.count, 1);
	assert_has(&world, 0, "POST /write?db=d%20b&precision=ns HTTP/1.1\r\n");
	assert_null(strstr(buf_text(&world.server.requests[0]), "Content-Encoding"));
	assert_non_null(strstr(body_of(&world, 0), "cpu_time_ns=1i"));
	assert_non_null(strstr(body_of(&world, 0), "\ndenet_container"));
	assert_non_null(strstr(body_of(&world, 0), "cpu_time_ns=2i"));
	http_server_done(&world.server);
}

static void version_2_has_a_bucket_and_a_token(void **state)
{
	char path[] = "/tmp/denet-token-XXXXXX";
	AUTO_FD int fd = mkstemp(path);
	struct world world;

	(void)state;
	assert_int_equal(write(fd, "s3cret\n", 7), 7);
	begin(&world, STEPS({ OK, HTTP_KEEP }), 1);
	world.influx.bucket = "b/c";
	world.influx.org = "o";
	world.influx.token_file = path;
	world.influx.gzip = true;
	open_it(&world);
	look(&world, 1);
	finish(&world);
	assert_has(&world, 0, "POST /api/v2/write?bucket=b%2Fc&org=o&precision=ns HTTP/1.1\r\n");
	assert_has(&world, 0, "\r\nAuthorization: Token s3cret\r\n");
	assert_has(&world, 0, "\r\nContent-Encoding: gzip\r\n");
	assert_memory_equal(body_of(&world, 0), "\x1f\x8b", 2);
	http_server_done(&world.server);
	(void)unlink(path);
}

static void what_failed_goes_again_as_it_was(void **state)
{
	struct world world;

	(void)state;
	begin(&world,
	      STEPS({ "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", HTTP_KEEP },
		    { OK, HTTP_KEEP }),
	      2);
	open_it(&world);
	look(&world, 1);
	/* A batch is a second long. */
	while (world.observer.ops->due_ns(world.observer.self) != OBSERVER_NEVER &&
	       world.server.count < 2)
		wait_once(&world);
	finish(&world);
	assert_int_equal(world.server.count, 2);
	assert_string_equal(body_of(&world, 0), body_of(&world, 1));
	http_server_done(&world.server);
}

static void a_target_that_is_out_does_not_keep_us_from_ending(void **state)
{
	struct world world;

	(void)state;
	begin(&world,
	      STEPS({ "HTTP/1.1 503 Busy\r\nRetry-After: 200\r\nContent-Length: 0\r\n\r\n",
		      HTTP_KEEP }),
	      1);
	open_it(&world);
	look(&world, 1);
	finish(&world);
	assert_int_equal(world.server.count, 1);
	http_server_done(&world.server);
}

/* Under names of which no two are one: two of one would be no exposition. */
static void what_is_dropped_is_counted_for_each(void **state)
{
	struct exposition_sink sinks[4];
	struct push_influx targets[2];
	struct world world;

	(void)state;
	begin(&world,
	      STEPS({ "HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n", HTTP_CLOSE },
		    { OK, HTTP_CLOSE }),
	      2);
	targets[0] = targets[1] = world.influx;
	world.settings.influx = (struct config_items){ targets, 2 };
	world.settings.statsd = (struct push_statsd){ .target = "127.0.0.1:9", .mtu = 1432 };
	open_it(&world);
	look(&world, 1);
	while (!world.observer.ops->is_done(world.observer.self))
		wait_once(&world);
	assert_int_equal(push_sinks(world.observer.self, sinks, 4), 3);
	assert_string_equal(sinks[0].name, world.server.url);
	assert_non_null(strstr(sinks[1].name, " (2)"));
	assert_string_equal(sinks[2].name, "statsd 127.0.0.1:9");
	assert_int_equal(sinks[0].dropped + sinks[1].dropped, 1);
	assert_int_equal(push_sinks(world.observer.self, sinks, 1), 1);
	finish(&world);
	http_server_done(&world.server);
}

static void some_measurements_may_be_enough(void **state)
{
	static const char *const wanted[] = { "denet_heavy" };
	struct host_heavy heavy = { .name = "x" };
	struct world world;

	(void)state;
	derive_forget(DENET_RECORD_HEAVY, &heavy);
	heavy.rss_bytes = 1;
	begin(&world, STEPS({ OK, HTTP_KEEP }), 1);
	world.influx.measurements = (struct config_items){ (void *)(uintptr_t)wanted, 1 };
	open_it(&world);
	look(&world, 1);
	world.row = (struct view_row){ DENET_RECORD_HEAVY, &heavy };
	look(&world, 1);
	/* Those that are not of this look were sent already. */
	world.view.has_fresh_heavy = true;
	world.view.ts_ms++;
	look(&world, 1);
	finish(&world);
	assert_int_equal(world.server.count, 1);
	assert_string_equal(strstr(body_of(&world, 0), "name=x "),
			    "name=x rss=1i,ended=false 1700000000124000000\n");
	http_server_done(&world.server);
}

static void nothing_is_opened_without_a_target(void **state)
{
	struct push_settings settings = { 0 };
	struct observer observer = { 0 };
	struct world world;

	(void)state;
	assert_int_equal(push_open(&settings, NULL, &observer), 0);
	assert_null(observer.ops);
	begin(&world, STEPS({ OK, HTTP_KEEP }), 1);
	world.influx.token_file = "/tmp/denet/none";
	assert_int_not_equal(push_open(&world.settings, NULL, &observer), 0);
	assert_null(observer.ops);
	http_server_stop(&world.server);
	http_server_done(&world.server);
}

/* And what is longer than a datagram goes alone. */
static void lines_go_in_datagrams(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(address);
	char url[64], got[4096], name[2000];
	struct world world;
	ssize_t count;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(url, sizeof(url), "udp://127.0.0.1:%u", ntohs(address.sin_port));
	begin(&world, STEPS({ OK, HTTP_KEEP }), 1);
	world.influx.url = url;
	open_it(&world);
	{
		struct view_row rows[] = { world.row, world.row, world.row };
		struct host_group large = world.group;

		memset(name, 'n', sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		large.name = name;
		large.cpu_time_ns = 1;
		rows[1].figures = &large;
		world.view.rows = rows;
		world.view.count = 3;
		look(&world, 1);
	}
	for (int i = 0; i < 3; i++) {
		count = recv(fd, got, sizeof(got) - 1, 0);
		assert_true(count > 0);
		got[count] = '\0';
		assert_int_equal(strncmp(got, "denet_container,", 16), 0);
		assert_null(strchr(got, '\n'));
		assert_int_equal(count > 2000, i == 1);
	}
	finish(&world);
	assert_int_equal(world.server.count, 0);
	http_server_done(&world.server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_is_one_whether_it_lives_or_not),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(no_name_ends_a_line),
		cmocka_unit_test(what_changes_is_no_tag),
		cmocka_unit_test(a_tag_of_the_record_is_no_other_s),
		cmocka_unit_test(the_machine_has_what_monitors_by_psutil_write),
		cmocka_unit_test(numbers_tell_one_from_another),
		cmocka_unit_test(sockets_are_counted_by_where_they_came_to),
		cmocka_unit_test(looks_within_a_second_are_one_batch),
		cmocka_unit_test(version_2_has_a_bucket_and_a_token),
		cmocka_unit_test(what_failed_goes_again_as_it_was),
		cmocka_unit_test(a_target_that_is_out_does_not_keep_us_from_ending),
		cmocka_unit_test(what_is_dropped_is_counted_for_each),
		cmocka_unit_test(some_measurements_may_be_enough),
		cmocka_unit_test(nothing_is_opened_without_a_target),
		cmocka_unit_test(lines_go_in_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
