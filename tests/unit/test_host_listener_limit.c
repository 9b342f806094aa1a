/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* More strangers than there is room for: a listener that has stayed away from its socket comes back. */
#include "listener_world.h"

#include <sys/resource.h>

#define CROWD 64 /* as many as wait to be accepted */

static void after_a_crowd_it_listens_again(void **state)
{
	struct world world;
	int fds[CROWD];
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	for (int i = 0; i < CROWD; i++)
		fds[i] = come(&world);
	turn_a_while(&world);
	for (int i = 0; i < CROWD; i++)
		assert_int_equal(close(fds[i]), 0);
	turn_a_while(&world);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	assert_int_equal(close(fd), 0);
	end(&world);
}

/* Fewer than make room, and then as many at once as it takes: those that go for them go in the same call in which
 * the library, at its limit, does not look at the listener. */
static void after_some_at_once_it_listens_again(void **state)
{
	struct world world;
	int fds[CONNECTIONS_MAX];
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = come(&world);
		if (i < CONNECTIONS_EVICT)
			turn_a_while(&world);
	}
	turn_a_while(&world);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	assert_int_equal(world.waited_ms, 0);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		assert_int_equal(close(fds[i]), 0);
	assert_int_equal(close(fd), 0);
	end(&world);
}

/* None of these can make room: they wait for us, and it is we who end them. */
static void after_as_many_as_it_takes_it_listens_again(void **state)
{
	struct world world;
	int fds[CONNECTIONS_MAX];
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	world.is_holding = true;
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		fds[i] = come(&world);
		say(fds[i], LAST_GET);
		turn_a_while(&world);
	}
	assert_int_equal(world.held_count, CONNECTIONS_MAX);
	world.is_holding = false;
	for (size_t i = 0; i < world.held_count; i++)
		MHD_resume_connection(world.held[i]);
	turn_a_while(&world);
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		assert_int_equal(close(fds[i]), 0);
	assert_int_equal(close(fd), 0);
	end(&world);
}

static struct rlimit descriptors;

static int keep_limit(void **state)
{
	(void)state;
	return getrlimit(RLIMIT_NOFILE, &descriptors);
}

static int restore_limit(void **state)
{
	(void)state;
	return setrlimit(RLIMIT_NOFILE, &descriptors);
}

/* None is free below the limit any more. */
static void take_all_descriptors(void)
{
	int next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	const struct rlimit none = { (rlim_t)next, descriptors.rlim_max };

	assert_true(next >= 0);
	assert_int_equal(close(next), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

/* Whose end gives one back is not gone, but was answered. */
static void after_a_want_of_descriptors_it_listens_again(void **state)
{
	struct world world;
	int fds[2];

	(void)state;
	begin(&world, NULL, NULL);
	world.is_holding = true;
	fds[0] = come(&world);
	say(fds[0], LAST_GET);
	turn_a_while(&world);
	assert_int_equal(world.held_count, 1);
	fds[1] = come(&world);
	take_all_descriptors();
	turn_a_while(&world);
	world.is_holding = false;
	MHD_resume_connection(world.held[0]);
	turn_a_while(&world);
	say(fds[1], GET);
	assert_int_equal(read_answers(&world, fds[1], 1), 1);
	assert_int_equal(world.waited_ms, 0);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(close(fds[1]), 0);
	end(&world);
}

static void who_idles_makes_room(void **state)
{
	struct world world;
	int fds[4 * CONNECTIONS_MAX];
	unsigned int before, open_count = 0;
	int fd;

	(void)state;
	begin(&world, NULL, NULL);
	before = count_fds();
	for (int i = 0; i < 4 * CONNECTIONS_MAX; i++) {
		clock_advance_ms(1);
		fds[i] = come(&world);
		turn_a_while(&world);
	}
	fd = come(&world);
	say(fd, GET);
	assert_int_equal(read_answers(&world, fd, 1), 1);
	for (int i = 0; i < 4 * CONNECTIONS_MAX; i++) {
		open_count += last_read(fds[i]) < 0;
		/* The last ones stay. */
		assert_true(i < 4 * CONNECTIONS_MAX - 50 || last_read(fds[i]) < 0);
		assert_int_equal(close(fds[i]), 0);
	}
	assert_in_range(open_count, 50, CONNECTIONS_EVICT);
	assert_int_equal(close(fd), 0);
	turn_a_while(&world);
	assert_int_equal(count_fds(), before);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_crowd_it_listens_again),
		cmocka_unit_test(after_some_at_once_it_listens_again),
		cmocka_unit_test(after_as_many_as_it_takes_it_listens_again),
		cmocka_unit_test_setup_teardown(after_a_want_of_descriptors_it_listens_again,
						keep_limit, restore_limit),
		cmocka_unit_test(who_idles_makes_room),
	};

	(void)alarm(GIVE_UP_S);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
