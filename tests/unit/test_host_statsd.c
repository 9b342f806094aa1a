/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a look has found as StatsD's gauges, and the datagrams that they go in. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "expose/statsd.h"
#include "metrics/derive.h"
#include "metrics/host_records.h"
#include "push/address.h"
#include "push/udp.h"
#include "util/cleanup.h"

#define ALL (~0u)

static struct host_group web(void)
{
	struct host_group group = { .type = "container", .name = "web" };

	derive_forget(DENET_RECORD_CONTAINER, &group);
	derive_forget(DENET_RECORD_GROUP, &group);
	group.ts_ms = 5000;
	return group;
}

static void assert_lines(const struct expose_statsd *how, const struct host_group *group,
			 const char *wanted)
{
	const struct view_row row = { DENET_RECORD_GROUP, group };
	AUTO(buf) struct buf buf = { 0 };

	expose_statsd_append(&buf, how, &row);
	assert_string_equal(buf_text(&buf), wanted);
}

static void a_container_has_metlog_s_keys(void **state)
{
	struct expose_statsd how = { .host = "a.b", .details = ALL, .memory_total = 400 };
	struct host_group group = web();

	(void)state;
	group.cpu_user_ns = 120000000;
	group.cpu_time_ns = 2000000000;
	group.cpu_usage = 12.5;
	group.memory_bytes = 100;
	group.disk_read_bytes = 50;
	group.started_ms = 1000;
	group.pids = 3;
	assert_lines(&how, &group,
		     "psutil.cpu.a_b.web.user:0.12|g\n"
		     "psutil.cpu.a_b.web.pcnt:12.5|g\n"
		     "psutil.io.a_b.web.read_bytes:50|g\n"
		     "psutil.meminfo.a_b.web.usage:100|g\n"
		     "psutil.thread.a_b.web.count:3|g\n"
		     "psutil.busy.a_b.web.total_cpu:2|g\n"
		     "psutil.meminfo.a_b.web.pcnt:25|g\n"
		     "psutil.busy.a_b.web.uptime:4|g\n"
		     "psutil.busy.a_b.web.pcnt:50|g\n");
	how.details = STATSD_CPU | STATSD_THREADS;
	assert_lines(&how, &group,
		     "psutil.cpu.a_b.web.user:0.12|g\npsutil.cpu.a_b.web.pcnt:12.5|g\n"
		     "psutil.thread.a_b.web.count:3|g\n");
}

static void what_is_not_known_is_left_out(void **state)
{
	const struct expose_statsd how = { .host = "h",
					   .details = ALL,
					   .memory_total = UINT64_MAX };
	struct host_group group = web();

	(void)state;
	assert_lines(&how, &group, "");
	group.memory_bytes = 1;
	assert_lines(&how, &group, "psutil.meminfo.h.web.usage:1|g\n");
}

static void others_have_tags(void **state)
{
	struct expose_statsd how = { .host = "h", .details = ALL, .tags = STATSD_DOGSTATSD };
	struct host_group group = web();

	(void)state;
	group.cpu_usage = 1;
	assert_lines(&how, &group, "psutil.cpu.pcnt:1|g|#host:h,name:web,type:container\n");
	how.tags = STATSD_INFLUX;
	assert_lines(&how, &group, "psutil.cpu.pcnt,host=h,name=web,type=container:1|g\n");
}

static void no_name_ends_a_key(void **state)
{
	struct expose_statsd how = { .host = "h", .details = STATSD_CPU };
	struct host_group group = web();

	(void)state;
	group.name = "127.0.0.1:80|c@0.1\n#a,b=c\xff/\xc3\xa9";
	group.cpu_usage = -0.0;
	assert_lines(&how, &group, "psutil.cpu.h.127_0_0_1_80_c_0_1_u000a_a_b_c_xff___.pcnt:0|g\n");
	group.name = "";
	group.cpu_usage = -5;
	assert_lines(&how, &group, "psutil.cpu.h._.pcnt:0|g\n");
	how.tags = STATSD_DOGSTATSD;
	group.name = "a,b:c|d";
	assert_lines(&how, &group, "psutil.cpu.pcnt:0|g|#host:h,name:a_b_c_d,type:container\n");
}

static void large_counts_keep_their_digits(void **state)
{
	const struct expose_statsd how = { .host = "h", .details = STATSD_IO };
	struct host_group group = web();

	(void)state;
	group.disk_read_bytes = 9007199254740991;
	group.disk_write_bytes = UINT64_MAX - 1;
	assert_lines(&how, &group,
		     "psutil.io.h.web.read_bytes:9007199254740991|g\n"
		     "psutil.io.h.web.write_bytes:1.8446744073709552e19|g\n");
}

static void the_machine_and_named_processes_are_told_as_well(void **state)
{
	const struct expose_statsd how = { .host = "h", .details = ALL, .memory_total = 1000 };
	struct host_machine machine = { 0 };
	struct host_processes processes = { .name = "db" };
	struct host_heavy heavy = { .name = "x", .rss_bytes = 1 };
	const struct view_row rows[] = { { DENET_RECORD_MACHINE, &machine },
					 { DENET_RECORD_PROCESSES, &processes },
					 { DENET_RECORD_HEAVY, &heavy } };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	derive_forget(DENET_RECORD_MACHINE, &machine);
	derive_forget(DENET_RECORD_PROCESSES, &processes);
	machine.cpu_percent = 7.25;
	processes.memory_bytes = 500;
	processes.threads_living = 2;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expose_statsd_append(&buf, &how, &rows[i]);
	assert_string_equal(buf_text(&buf), "psutil.cpu.h.machine.pcnt:7.25|g\n"
					    "psutil.meminfo.h.db.rss:500|g\n"
					    "psutil.thread.h.db.count:2|g\n"
					    "psutil.meminfo.h.db.pcnt:50|g\n");
}

static void connections_have_metlog_s_states(void **state)
{
	struct expose_statsd how = { .host = "h", .details = STATSD_NET };
	struct host_connections counts = { .listening = "127.0.0.1:50007" };
	struct view_row row = { DENET_RECORD_CONNECTIONS, &counts };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	derive_forget(DENET_RECORD_CONNECTIONS, &counts);
	counts.listeners = 1;
	counts.established = 2;
	expose_statsd_append(&buf, &how, &row);
	counts.group = "web";
	counts.listening = NULL;
	counts.established = DENET_UNKNOWN;
	expose_statsd_append(&buf, &how, &row);
	counts.listening = "[::1]:80";
	how.tags = STATSD_DOGSTATSD;
	expose_statsd_append(&buf, &how, &row);
	assert_string_equal(
		buf_text(&buf),
		"psutil.net.h.machine.127_0_0_1_50007.ESTABLISHED:2|g\n"
		"psutil.net.h.machine.127_0_0_1_50007.LISTEN:1|g\n"
		"psutil.net.h.web.LISTEN:1|g\n"
		"psutil.net.LISTEN:1|g|#host:h,name:web,type:namespace,listening:___1__80\n");
}

static void addresses_are_host_and_port(void **state)
{
	static const char *const right[] = { "h:1", "127.0.0.1:8125", "[::1]:65535" };
	static const char *const wrong[] = { "",     "h",      ":1",	"h:0",	 "h:65536", "h:x",
					     "h:-1", "::1:80", "[]:80", "[::1]", "h:1 " };

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_null(address_check(right[i]));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(address_check(wrong[i]));
}

/* One that has no answer leaves nothing behind, and who has one can be sent to. */
static void a_name_is_looked_up_without_waiting(void **state)
{
	struct address *address;
	AUTO_FD int fd = -1;

	(void)state;
	assert_int_equal(address_new("[::1]:9", &address), 0);
	address_free(address);
	assert_int_equal(address_new("127.0.0.1:9", &address), 0);
	assert_int_equal(address_connect(address, &fd), 0);
	address_free(address);
	assert_int_equal(address_new("name.invalid:9", &address), 0);
	(void)address_connect(address, &fd);
	address_free(address);
}

struct receiver {
	int fd;
	char address[64];
};

static void open_receiver(struct receiver *receiver)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	receiver->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(receiver->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(receiver->fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(receiver->address, sizeof(receiver->address), "127.0.0.1:%u",
		       ntohs(address.sin_port));
}

static void assert_gets(const struct receiver *receiver, const char *wanted)
{
	char got[2048];
	ssize_t len = recv(receiver->fd, got, sizeof(got) - 1, 0);

	assert_true(len >= 0);
	got[len] = '\0';
	assert_string_equal(got, wanted);
}

static void send_text(struct udp *udp, const char *text)
{
	AUTO(buf) struct buf buf = { 0 };

	buf_append_text(&buf, text);
	udp_send_lines(udp, &buf);
}

static void as_many_lines_go_in_one_as_fit(void **state)
{
	struct receiver receiver;
	struct udp *udp;

	(void)state;
	open_receiver(&receiver);
	assert_int_equal(udp_new("it", receiver.address, 10, &udp), 0);
	send_text(udp, "a:1|g\nb:2\nc:3|g\nlonger:than|all\nd\n");
	assert_gets(&receiver, "a:1|g\nb:2");
	assert_gets(&receiver, "c:3|g");
	assert_gets(&receiver, "longer:than|all");
	assert_gets(&receiver, "d");
	send_text(udp, "");
	send_text(udp, "no end");
	assert_gets(&receiver, "no end");
	assert_int_equal(udp_counts(udp)->lines_sent, 6);
	assert_int_equal(udp_counts(udp)->lines_dropped, 0);
	udp_free(udp);
	(void)close(receiver.fd);
}

static void nobody_there_is_counted_and_who_comes_is_sent_to(void **state)
{
	struct receiver receiver;
	struct udp *udp;

	(void)state;
	open_receiver(&receiver);
	assert_int_equal(udp_new("it", receiver.address, 100, &udp), 0);
	(void)close(receiver.fd);
	for (int i = 0; i < 5; i++)
		send_text(udp, "lost\n");
	assert_true(udp_counts(udp)->lines_dropped > 0);
	udp_free(udp);
	/* More than any datagram has. */
	open_receiver(&receiver);
	assert_int_equal(udp_new("it", receiver.address, 100, &udp), 0);
	{
		AUTO(buf) struct buf large = { 0 };

		buf_append_repeated(&large, 'x', 70000);
		udp_send_lines(udp, &large);
	}
	assert_int_equal(udp_counts(udp)->lines_dropped, 1);
	send_text(udp, "next\n");
	assert_gets(&receiver, "next");
	udp_free(udp);
	(void)close(receiver.fd);
}

static void names_that_no_eye_tells_apart_have_keys_of_their_own(void **state)
{
	const struct expose_statsd how = { .host = "h", .details = ALL, .memory_total = 400 };
	struct host_group group = web();

	(void)state;
	group.pids = 3;
	group.name = "a\x01";
	assert_lines(&how, &group, "psutil.thread.h.a_u0001.count:3|g\n");
	group.name = "a\x02";
	assert_lines(&how, &group, "psutil.thread.h.a_u0002.count:3|g\n");
	group.name = "";
	assert_lines(&how, &group, "psutil.thread.h._.count:3|g\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_has_metlog_s_keys),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(others_have_tags),
		cmocka_unit_test(no_name_ends_a_key),
		cmocka_unit_test(names_that_no_eye_tells_apart_have_keys_of_their_own),
		cmocka_unit_test(large_counts_keep_their_digits),
		cmocka_unit_test(the_machine_and_named_processes_are_told_as_well),
		cmocka_unit_test(connections_have_metlog_s_states),
		cmocka_unit_test(addresses_are_host_and_port),
		cmocka_unit_test(a_name_is_looked_up_without_waiting),
		cmocka_unit_test(as_many_lines_go_in_one_as_fit),
		cmocka_unit_test(nobody_there_is_counted_and_who_comes_is_sent_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
