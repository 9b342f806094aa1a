/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The object that counts the bytes of sockets, loaded where they are asked for, beside that of the tree,
 * whose maps it has for its own. By libbpf: a light skeleton cannot be given a map that is there.
 */
#include "probe/probe_internal.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "net.skel.h"
#include "probe/messages.h"
#include "util/buf.h"
#include "util/cleanup.h"

static void *open_net(void)
{
	return net_skel__open();
}

static int load_net(void *skeleton)
{
	return net_skel__load(skeleton);
}

static void free_net(void *skeleton)
{
	net_skel__destroy(skeleton);
}

static void ask_least(void *skeleton)
{
	struct net_skel *skel = skeleton;

	(void)bpf_map__set_autocreate(skel->maps.member_by_task, false);
	skel->rodata->cfg_net.use_storage = false;
}

#define PROGRAM(name_, hook_)                                                        \
	{                                                                            \
		.name = #name_, .hook = "tp_btf/" hook_, .attach = OBJECT_TRACEPOINT \
	}

static const struct object_program programs[] = {
	PROGRAM(on_send, "sock_send_length"),
	PROGRAM(on_receive, "sock_recv_length"),
};

const struct object_kind net_kind = {
	.name = "net",
	.programs = programs,
	.programs_count = sizeof(programs) / sizeof(programs[0]),
	.is_optional = true,
	.ask_least = ask_least,
	.open_whole = open_net,
	.load_whole = load_net,
	.free_whole = free_net,
};

static int share_maps(const struct probe *probe, struct net_skel *skel)
{
	int r = bpf_map__reuse_fd(skel->maps.member_by_address, probe->members_fd);

	if (!r && probe->tree_knobs.use_storage)
		r = bpf_map__reuse_fd(skel->maps.member_by_task, probe->storage_fd);
	if (!r)
		r = bpf_map__reuse_fd(skel->maps.account_by_id, probe->accounts_fd);
	return r ? r : bpf_map__reuse_fd(skel->maps.globals_of_tree, probe->globals.fd);
}

static int load(struct probe *probe, const struct probe_options *options)
{
	struct object *object = &probe->net.object;
	struct net_skel *skel;
	int r = object_open(object, &net_kind, false);

	if (r)
		return r;
	skel = object->whole;
	if (!probe->tree_knobs.use_storage)
		ask_least(skel);
	skel->rodata->cfg_net = (struct net_knobs){
		.totals_offset = (__u32)((const char *)probe->shared.totals -
					 (const char *)probe->globals.begin),
		.generation = *probe->shared.generation,
		.use_storage = probe->tree_knobs.use_storage,
	};
	r = share_maps(probe, skel);
	if (!r)
		r = object_load(object, options);
	return r ? r : object_attach(object);
}

void probe_open_net(struct probe *probe, const struct probe_options *options)
{
	struct net *net = &probe->net;
	AUTO(buf) struct buf log = { 0 };
	int r = -EOPNOTSUPP;

	messages_into(&log);
	if (!options->no_net)
		r = load(probe, options);
	messages_into(NULL);
	net->is_loaded = !r;
	if (!r)
		return;
	net->reason.error = r;
	probe_reason_take(&net->reason, buf_text(&log));
	object_close(&net->object);
}

void probe_close_net(struct probe *probe)
{
	object_close(&probe->net.object);
	probe->net.is_loaded = false;
}
