/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "hostprobe/hostprobe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "host.skel.h"
#include "hostprobe/living.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define TRIES_MAX 3
#define LIVING_AT_ONCE 256
#define TASK_IN_PARTS 5 /* what a walk over all pays for a task, in parts of a counter */
#define WHOLE_NS (30 * NS_PER_S)

struct hostprobe {
	struct hostprobe_bounds bounds;
	struct host_skel *skeleton; /* owned */
	struct bpf_link *links[4]; /* owned; NULL where there is none */
	struct host_key *keys; /* owned, as the next: room for a whole map */
	struct host_row *values;
	struct hostprobe_row *rows; /* owned */
	size_t count;
	size_t room;
	struct living living;
	struct endings endings;
	struct ring_buffer *changes; /* owned */
	const struct host_living
		*at_once; /* owned: a mapping; NULL where the kernel has no such pass */
	bool has_ran; /* it can ask for those of cgroups that have run */
	uint64_t changes_lost; /* as far as a whole pass has made it good */
	uint64_t whole_mono_ns;
	bool is_whole_due;
};

static int silence(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Twice as many as there are: those of other processes come meanwhile. */
static __u32 bases_max(void)
{
	struct sysinfo info;

	return HOST_BASES_MAX + (sysinfo(&info) ? 0 : 2u * info.procs);
}

static int load_with(struct hostprobe *probe, bool by_v1, enum hostprobe_walk best)
{
	struct host_skel *skeleton = host_skel__open();
	bool has_pass = best != HOSTPROBE_WALK_ALL;
	int r;

	if (!skeleton)
		return -errno;
	host_skel__destroy(probe->skeleton);
	probe->skeleton = skeleton;
	skeleton->rodata->cfg_by_v1 = by_v1;
	(void)bpf_program__set_autoload(skeleton->progs.pass_living, has_pass);
	(void)bpf_program__set_autoload(skeleton->progs.pass_ran, best == HOSTPROBE_WALK_RAN);
	r = bpf_map__set_max_entries(skeleton->maps.base_by_task, bases_max());
	if (!r)
		r = bpf_map__set_max_entries(skeleton->maps.row_by_key, probe->bounds.rows);
	if (!r)
		r = bpf_map__set_max_entries(skeleton->maps.count_by_end, probe->bounds.endings);
	/* Of no use without, and large. */
	if (!r && !has_pass)
		r = bpf_map__set_max_entries(skeleton->maps.living_at_once, 1);
	return r ? r : host_skel__load(skeleton);
}

static int on_change(void *context, void *data, size_t size)
{
	struct hostprobe *probe = context;
	const struct host_change *change = data;

	(void)size;
	probe->is_whole_due |= change->is_moved;
	return living_change(&probe->living, change);
}

static int load(struct hostprobe *probe, bool by_v1)
{
	size_t size = HOST_LIVING_AT_ONCE * sizeof(struct host_living);
	enum hostprobe_walk best = probe->bounds.walk;
	void *mapping;
	int r = load_with(probe, by_v1, best);

	while (r && best != HOSTPROBE_WALK_ALL)
		r = load_with(probe, by_v1, ++best);
	if (r)
		return r;
	probe->has_ran = best == HOSTPROBE_WALK_RAN;
	probe->changes = ring_buffer__new(bpf_map__fd(probe->skeleton->maps.changes), on_change,
					  probe, NULL);
	if (!probe->changes)
		return -errno;
	if (best == HOSTPROBE_WALK_ALL)
		return 0;
	mapping = mmap(NULL, size, PROT_READ, MAP_SHARED,
		       bpf_map__fd(probe->skeleton->maps.living_at_once), 0);
	if (mapping == MAP_FAILED)
		return -errno;
	probe->at_once = mapping;
	return 0;
}

static int attach(struct hostprobe *probe)
{
	/* Those who move first: whom the note of the living finds is not behind. */
	struct bpf_program *const programs[] = {
		probe->skeleton->progs.on_move,
		probe->skeleton->progs.note_living,
		probe->skeleton->progs.on_last_switch,
		probe->skeleton->progs.show_living,
	};

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		probe->links[i] = bpf_program__attach(programs[i]);
		if (!probe->links[i])
			return -errno;
	}
	return 0;
}

/* Runs an iterator to its end; what it writes goes to a function, which may be NULL. */
static int iterate(const struct bpf_link *link,
		   int (*on_living)(struct living *living, const struct host_living *told),
		   struct living *to)
{
	struct host_living living[LIVING_AT_ONCE];
	AUTO_FD int fd = bpf_iter_create(bpf_link__fd(link));
	size_t kept = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, (char *)living + kept, sizeof(living) - kept);
		size_t i, count;
		int r = 0;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		kept += (size_t)n;
		count = kept / sizeof(living[0]);
		for (i = 0; i < count && on_living && !r; i++)
			r = on_living(to, &living[i]);
		if (r)
			return r;
		/* The kernel's buffer need not end where a record does. */
		kept -= count * sizeof(living[0]);
		memmove(living, &living[count], kept);
	}
}

int hostprobe_open(bool by_v1, struct hostprobe **ret_probe)
{
	const struct hostprobe_bounds bounds = { .rows = HOST_ROWS_MAX, .endings = HOST_ENDS_MAX };

	return hostprobe_open_within(by_v1, &bounds, ret_probe);
}

int hostprobe_open_within(bool by_v1, const struct hostprobe_bounds *bounds,
			  struct hostprobe **ret_probe)
{
	__attribute__((cleanup(hostprobe_closep))) struct hostprobe *probe =
		calloc(1, sizeof(*probe));
	libbpf_print_fn_t before;
	int r;

	if (!probe)
		return -ENOMEM;
	probe->bounds = *bounds;
	probe->keys = calloc(HOST_ROWS_MAX, sizeof(*probe->keys));
	probe->values = calloc(HOST_ROWS_MAX, sizeof(*probe->values));
	if (!probe->keys || !probe->values)
		return -ENOMEM;
	before = libbpf_set_print(silence);
	r = load(probe, by_v1);
	if (!r)
		r = attach(probe);
	(void)libbpf_set_print(before);
	if (!r)
		r = iterate(probe->links[1], NULL, NULL);
	if (r)
		return r;
	probe->is_whole_due = true;
	*ret_probe = TAKE(probe);
	return 0;
}

void hostprobe_close(struct hostprobe *probe)
{
	if (!probe)
		return;
	for (size_t i = 0; i < sizeof(probe->links) / sizeof(probe->links[0]); i++)
		(void)bpf_link__destroy(probe->links[i]);
	if (probe->at_once)
		(void)munmap((void *)(uintptr_t)probe->at_once,
			     HOST_LIVING_AT_ONCE * sizeof(struct host_living));
	ring_buffer__free(probe->changes);
	living_done(&probe->living);
	endings_done(&probe->endings);
	host_skel__destroy(probe->skeleton);
	free(probe->keys);
	free(probe->values);
	free(probe->rows);
	free(probe);
}

static struct hostprobe_row *add(struct hostprobe *probe)
{
	if (probe->count == probe->room) {
		size_t room = probe->room ? 2 * probe->room : 1024;
		struct hostprobe_row *rows = array_resize(probe->rows, room, sizeof(*rows));

		if (!rows)
			return NULL;
		probe->rows = rows;
		probe->room = room;
	}
	probe->rows[probe->count] = (struct hostprobe_row){ 0 };
	return &probe->rows[probe->count++];
}

static int add_living(void *context, const struct living_row *living)
{
	struct hostprobe_row *row = add(context);

	if (!row)
		return -ENOMEM;
	row->key = living->key;
	row->ended.used = living->used;
	row->threads_living = living->threads;
	row->processes_living = living->processes;
	row->processes_forked = living->forked;
	return 0;
}

/* Of all of them, told one by one; who ends meanwhile is told of as well. */
static int list_all(struct hostprobe *probe)
{
	int r;

	probe->skeleton->bss->told_boot_ns = probe->at_once ? UINT64_MAX : 0;
	living_begin_listing(&probe->living);
	r = iterate(probe->links[3], living_take, &probe->living);
	if (!r)
		living_end_listing(&probe->living);
	return r;
}

static int take_pass(struct hostprobe *probe, const struct host_pass *pass)
{
	int r = 0;

	if (pass->is_cut)
		return list_all(probe);
	if (pass->is_whole)
		living_begin_listing(&probe->living);
	for (size_t i = 0; i < pass->count && !r; i++)
		r = living_take(&probe->living, &probe->at_once[i]);
	if (!r && pass->is_whole)
		living_end_listing(&probe->living);
	return r;
}

static int drain_changes(struct hostprobe *probe)
{
	int r = ring_buffer__consume(probe->changes);

	return r < 0 ? r : 0;
}

static int run(const struct bpf_program *program, bool *ret_is_done)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &options))
		return -errno;
	*ret_is_done = !options.retval;
	return 0;
}

/* Each CPU has its part of a cgroup's counter; a task costs as much as five of these. As of the last that asked. */
static bool is_by_cgroups_cheaper(const struct hostprobe *probe)
{
	const struct host_skel__bss *bss = probe->skeleton->bss;

	return bss->pass.cgroups * (bss->cpus_count + TASK_IN_PARTS) <
	       TASK_IN_PARTS * probe->living.threads.count;
}

/* Over all, where the root of cgroups is not to be had. */
static int walk(struct hostprobe *probe, bool is_whole)
{
	bool is_done = false;
	int r = 0;

	/* There may be fewer of them by now. */
	if (is_whole)
		probe->skeleton->bss->pass.cgroups = 0;
	else if (probe->has_ran && is_by_cgroups_cheaper(probe))
		r = run(probe->skeleton->progs.pass_ran, &is_done);
	if (!r && !is_done)
		r = run(probe->skeleton->progs.pass_living, &is_done);
	return r;
}

/*
 * Those that have run since the look before, with who has ended since and who was moved. All of them now and then: by a
 * prctl() of its main thread a thread that sleeps is in another row.
 */
static int run_pass(struct hostprobe *probe)
{
	uint64_t lost = probe->skeleton->bss->totals.changes_lost, now_ns = clock_mono_ns();
	struct host_pass *pass = &probe->skeleton->bss->pass;
	bool is_whole = probe->is_whole_due || lost != probe->changes_lost ||
			now_ns - probe->whole_mono_ns >= WHOLE_NS;
	int r = drain_changes(probe);

	if (r)
		return r;
	pass->is_whole = is_whole;
	r = walk(probe, is_whole);
	if (!r)
		r = take_pass(probe, pass);
	if (!r && is_whole) {
		probe->changes_lost = lost;
		probe->whole_mono_ns = now_ns;
	}
	/* Who was moved meanwhile may have been seen before or after. */
	probe->is_whole_due = r != 0;
	return r ? r : drain_changes(probe);
}

static int add_row(struct hostprobe *probe, const struct host_key *key,
		   const struct host_row *value)
{
	struct hostprobe_row *row = add(probe);

	if (!row)
		return -ENOMEM;
	row->key = *key;
	row->ended = *value;
	return 0;
}

/* Without deleting: that would lose what is added between. */
static int add_ended(struct hostprobe *probe)
{
	static const struct host_key for_all;
	DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, options);
	__u32 position, count = HOST_ROWS_MAX;
	int fd = bpf_map__fd(probe->skeleton->maps.row_by_key);
	int r = bpf_map_lookup_batch(fd, NULL, &position, probe->keys, probe->values, &count,
				     &options);

	/* Its end is told as an error. */
	if (r && errno != ENOENT)
		return -errno;
	for (r = 0; count && !r; count--)
		r = add_row(probe, &probe->keys[count - 1], &probe->values[count - 1]);
	if (!r && probe->skeleton->bss->overflow.threads)
		r = add_row(probe, &for_all, &probe->skeleton->bss->overflow);
	return r;
}

static int by_key(const void *a, const void *b)
{
	const struct hostprobe_row *one = a, *other = b;

	return memcmp(&one->key, &other->key, sizeof(one->key));
}

static void include(struct hostprobe_row *to, const struct hostprobe_row *row)
{
	const __u64 *from = (const __u64 *)&row->ended;
	__u64 *sum = (__u64 *)&to->ended;

	for (size_t i = 0; i < sizeof(to->ended) / sizeof(*sum); i++)
		sum[i] += from[i];
	to->threads_living += row->threads_living;
	to->processes_living += row->processes_living;
	to->processes_forked += row->processes_forked;
}

static void merge(struct hostprobe *probe)
{
	size_t kept = 0;

	if (!probe->count)
		return;
	qsort(probe->rows, probe->count, sizeof(probe->rows[0]), by_key);
	for (size_t i = 1; i < probe->count; i++) {
		if (by_key(&probe->rows[kept], &probe->rows[i]) == 0)
			include(&probe->rows[kept], &probe->rows[i]);
		else
			probe->rows[++kept] = probe->rows[i];
	}
	probe->count = kept + 1;
}

/* Before the rows, to which each of them has been added then. */
static int take_endings(struct hostprobe *probe)
{
	const volatile struct host_totals *totals = &probe->skeleton->bss->totals;

	return endings_take(&probe->endings, bpf_map__fd(probe->skeleton->maps.count_by_end),
			    totals->ends);
}

int hostprobe_look(struct hostprobe *probe, const struct hostprobe_row **ret_rows,
		   size_t *ret_count)
{
	const volatile struct host_totals *totals = &probe->skeleton->bss->totals;
	__u64 seq = 0;
	int error = take_endings(probe);

	if (error)
		return error;

	living_begin_look(&probe->living);
	for (int tries = 0;
	     tries < TRIES_MAX && (!tries || totals->dying_seq != seq || probe->is_whole_due);
	     tries++) {
		int r;

		probe->count = 0;
		seq = totals->dead_seq;
		r = add_ended(probe);
		if (!r)
			r = probe->at_once ? run_pass(probe) : list_all(probe);
		if (!r)
			r = living_each(&probe->living, add_living, probe);
		if (r)
			return r;
	}
	merge(probe);
	*ret_rows = probe->rows;
	*ret_count = probe->count;
	return 0;
}

const struct hostprobe_ending *hostprobe_endings(const struct hostprobe *probe, size_t *ret_count)
{
	*ret_count = probe->endings.count;
	return probe->endings.items;
}

int hostprobe_forget(struct hostprobe *probe, uint64_t cgroup_id)
{
	int fd = bpf_map__fd(probe->skeleton->maps.row_by_key);
	int r = endings_forget(&probe->endings, bpf_map__fd(probe->skeleton->maps.count_by_end),
			       cgroup_id);

	if (r)
		return r;
	/* Those of the last look, in the order of their keys, which begin with the cgroup. */
	for (size_t i = 0; i < probe->count; i++) {
		const struct hostprobe_row *row = &probe->rows[i];

		if (row->key.cgroup_id == cgroup_id && !row->threads_living &&
		    bpf_map_delete_elem(fd, &row->key) && errno != ENOENT)
			return -errno;
	}
	return 0;
}

struct hostprobe_losses hostprobe_losses(const struct hostprobe *probe)
{
	const volatile struct host_totals *totals = &probe->skeleton->bss->totals;

	return (struct hostprobe_losses){ totals->bases_lost, totals->rows_lost,
					  totals->ends_lost };
}
