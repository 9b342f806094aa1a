/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "hostprobe/hostprobe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "host.skel.h"
#include "util/array.h"
#include "util/cleanup.h"

#define TRIES_MAX 3
#define LIVING_AT_ONCE 256

struct hostprobe {
	struct host_skel *skeleton; /* owned */
	struct bpf_link *links[4]; /* owned; NULL where there is none */
	struct host_key *keys; /* owned, as the next: room for a whole map */
	struct host_row *values;
	struct hostprobe_row *rows; /* owned */
	size_t count;
	size_t room;
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

static int load(struct hostprobe *probe, bool by_v1)
{
	struct host_skel *skeleton = host_skel__open();
	int r;

	if (!skeleton)
		return -errno;
	probe->skeleton = skeleton;
	skeleton->rodata->cfg_by_v1 = by_v1;
	r = bpf_map__set_max_entries(skeleton->maps.base_by_task, bases_max());
	return r ? r : host_skel__load(skeleton);
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
		   int (*on_living)(struct hostprobe *probe, const struct host_living *living),
		   struct hostprobe *probe)
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
			r = on_living(probe, &living[i]);
		if (r)
			return r;
		/* The kernel's buffer need not end where a record does. */
		kept -= count * sizeof(living[0]);
		memmove(living, &living[count], kept);
	}
}

int hostprobe_open(bool by_v1, struct hostprobe **ret_probe)
{
	__attribute__((cleanup(hostprobe_closep))) struct hostprobe *probe =
		calloc(1, sizeof(*probe));
	libbpf_print_fn_t before;
	int r;

	if (!probe)
		return -ENOMEM;
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
		r = iterate(probe->links[1], NULL, probe);
	if (r)
		return r;
	*ret_probe = TAKE(probe);
	return 0;
}

void hostprobe_close(struct hostprobe *probe)
{
	if (!probe)
		return;
	for (size_t i = 0; i < sizeof(probe->links) / sizeof(probe->links[0]); i++)
		(void)bpf_link__destroy(probe->links[i]);
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

static int add_living(struct hostprobe *probe, const struct host_living *living)
{
	struct hostprobe_row *row = add(probe);

	if (!row)
		return -ENOMEM;
	row->key = living->key;
	row->ended.used = living->used;
	row->threads_living = 1;
	row->processes_living = living->tid == living->tgid;
	return 0;
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

int hostprobe_look(struct hostprobe *probe, const struct hostprobe_row **ret_rows,
		   size_t *ret_count)
{
	const volatile struct host_totals *totals = &probe->skeleton->bss->totals;
	__u64 seq = 0;

	for (int tries = 0; tries < TRIES_MAX && (!tries || totals->dying_seq != seq); tries++) {
		int r;

		probe->count = 0;
		seq = totals->dead_seq;
		r = add_ended(probe);
		if (!r)
			r = iterate(probe->links[3], add_living, probe);
		if (r)
			return r;
	}
	merge(probe);
	*ret_rows = probe->rows;
	*ret_count = probe->count;
	return 0;
}

int hostprobe_forget(struct hostprobe *probe, uint64_t cgroup_id)
{
	int fd = bpf_map__fd(probe->skeleton->maps.row_by_key);

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

	return (struct hostprobe_losses){ totals->bases_lost, totals->rows_lost };
}
