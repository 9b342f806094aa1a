/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* News of the tree in the shapes in which the kernel side tells them, kept until they are drained. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "procfs/procfs.h"
#include "util/array.h"

static struct event *add_event(struct poller *poller, enum event_type type)
{
	size_t room = poller->events_room ? poller->events_room * 2 : 32;
	struct event *grown;

	if (poller->events_count == poller->events_room) {
		grown = array_resize(poller->events, room, sizeof(*grown));
		if (!grown)
			return NULL;
		poller->events = grown;
		poller->events_room = room;
	}
	poller->events[poller->events_count] = (struct event){ .type = type };
	return &poller->events[poller->events_count++];
}

/* Who ends has no arguments any more: those of what was left are none of the new program's. */
bool events_exec(struct poller *poller, const struct member *member, const struct process_stat *old,
		 bool is_first)
{
	char args[DENET_ARGS_MAX], path[PATH_MAX] = "";
	bool is_truncated;
	struct event *event;
	size_t len = 0;

	if (process_read_cmdline(poller->procfs, member->pid, sizeof(args), args, &len,
				 &is_truncated)) {
		len = 0;
		is_truncated = false;
	}
	/* What we were asked to start is known. */
	if (!len && is_first)
		return true;
	/* In the middle of one it has its name and memory, but neither arguments nor a stack yet. */
	if (!len && old->stack_start && !member->stat.stack_start && !member->stat.is_exiting)
		return false;
	if (process_read_exe(poller->procfs, member->pid, sizeof(path), path))
		path[0] = '\0';
	event = add_event(poller, EVENT_EXEC);
	if (!event) {
		poller->totals.dropped_events++;
		return true;
	}
	event->text_at = poller->texts.len;
	event->exec = (struct exec_event){
		.type = EVENT_EXEC,
		.tgid = (uint32_t)member->pid,
		.id = member->id,
		.command_id = poller->next_id++,
		.start_boot_ns = member->stat.start_boot_ns,
		.parent_tgid = (uint32_t)member->stat.ppid,
		.args_len = (uint32_t)len,
		.args_whole_len = (uint32_t)len + is_truncated,
		.path_len = (uint32_t)strlen(path),
	};
	memcpy(event->exec.comm, member->stat.comm, DENET_COMM_LEN);
	buf_append(&poller->texts, args, len);
	buf_append_text(&poller->texts, path);
	if (poller->texts.error) {
		poller->events_count--;
		poller->totals.dropped_events++;
	}
	return true;
}

/* What may hide behind the peak of a root: the memory that our stub had of ours. */
static void fill_peak(const struct poller *poller, const struct member *member,
		      struct process_account *account)
{
	uint64_t page_kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;

	account->peak_pages = member->peak_kb / page_kb;
	account->peak_before_exec_pages = poller->stub_peak_kb / page_kb;
}

void events_account_of(const struct poller *poller, const struct member *member,
		       struct process_account *ret_account)
{
	uint64_t seen_boot_ns = member->seen_boot_ns;

	/* A process that was never seen alive may have died the moment it was born. */
	if (seen_boot_ns < member->stat.start_boot_ns)
		seen_boot_ns = member->stat.start_boot_ns;
	*ret_account = (struct process_account){
		.id = member->id,
		.parent_id = member->first_parent_id,
		.start_boot_ns = member->stat.start_boot_ns,
		.exit_boot_ns = member->state == MEMBER_ALIVE ? 0 : seen_boot_ns,
		.used = member->own,
		.tgid = (uint32_t)member->pid,
		.parent_tgid = (uint32_t)member->first_ppid,
		.threads_live = (uint32_t)member->stat.threads,
		.threads_total = (uint32_t)member->threads_max,
		.exit_status = member->exit_status,
		.flags = ACCOUNT_SAMPLED | (member->is_end_known ? ACCOUNT_ENDED : 0) |
			 (member->joined_walk ? ACCOUNT_PARTIAL : 0) |
			 (member->has_left ? ACCOUNT_LEFT : 0),
		.uid = member->uid,
		.unknown = member->unknown,
	};
	memcpy(ret_account->comm, member->stat.comm, DENET_COMM_LEN);
	fill_peak(poller, member, ret_account);
}

void events_exit(struct poller *poller, struct member *member)
{
	struct event *event;

	if (member->is_told)
		return;
	member->is_told = true;
	event = add_event(poller, EVENT_EXIT);
	if (!event) {
		poller->totals.dropped_accounts++;
		return;
	}
	events_account_of(poller, member, &event->account);
	poller->totals.processes_exited++;
}
