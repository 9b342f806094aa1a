/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How rows of the table are written. */
#ifndef DENET_METRICS_TABLE_INTERNAL_H
#define DENET_METRICS_TABLE_INTERNAL_H

#include "metrics/table.h"

#define USE(record_, place_, struct_, member_)                                    \
	{                                                                         \
		DENET_RECORD_##record_, place_, offsetof(struct struct_, member_) \
	}

/* Places are of a record's own. Those of samples are the same in all that hold samples. */
#define IN_METADATA(place, member) USE(METADATA, place, denet_start, member)
#define IN_CHILD(place, member) USE(CHILD, place, denet_arrival, member)
#define IN_TREE(place, member) USE(TREE, place, denet_tree, member)
#define IN_MEMBER(place, member) USE(MEMBER, place, denet_sample, member)
#define IN_AGGREGATED(place, member) USE(AGGREGATED, place, denet_tree, member)
#define IN_SAMPLE(place, member) USE(SAMPLE, place, denet_tree, member)
#define IN_SAMPLES(place, member)                                          \
	IN_MEMBER(place, member), IN_AGGREGATED(place, aggregated.member), \
		IN_SAMPLE(place, parent.member)
/* Not in each child's. */
#define IN_WHOLES(place, member) \
	IN_AGGREGATED(place, aggregated.member), IN_SAMPLE(place, parent.member)
#define IN_PROCESS(place, member) USE(PROCESS, place, denet_process, member)
#define IN_PROGRAM(place, member) USE(PROGRAM, place, denet_process_program, member)
#define IN_EXIT(place, member) USE(EXIT, place, denet_exit, member)
#define IN_SUMMARY(place, member) USE(SUMMARY, place, denet_summary, member)

/* Uses come in parentheses. */
#define BARE(...) __VA_ARGS__

/* A name for people, and what a summary is made of in a file that has none of ours. */
#define LABEL(label_) .shown.label = (label_)
#define OLD_KEY(key_) .shown.old_key = (key_)
#define SAID_OF(...) .said_of = { __VA_ARGS__ }
#define GROUP(group_) .shown.group = (group_)
#define ROLLUP(how_, member_) ROLLUP_OF_TREE(how_, aggregated.member_)
#define ROLLUP_OF_TREE(how_, member_) \
	.rollup = ROLLUP_##how_, .rolled_offset = offsetof(struct denet_tree, member_)

/* Of struct denet_counters, from the kernel's, where it has the same name. */
#define KERNEL(member_, unknown_)                                 \
	.kernel_offset = offsetof(struct task_counters, member_), \
	.kernel_unknown = COUNTER_##unknown_,                     \
	.counters_offset = offsetof(struct denet_counters, member_)

#define ROW(type_, form_, key_, unit_, flags_, help_, source_, bound_, uses_, ...)    \
	{                                                                             \
		.shown.key = (key_), .shown.unit = (unit_), .shown.help = (help_),    \
		.shown.source = (source_), .shown.bound = (bound_),                   \
		.shown.type = DENET_METRIC_##type_, .shown.form = DENET_FORM_##form_, \
		.shown.is_denets = ((flags_)&METRIC_DENETS) != 0,                     \
		.shown.is_demanded = ((flags_)&METRIC_DEMANDED) == METRIC_DEMANDED,   \
		.shown.uses = { BARE uses_ }, .flags = (flags_), __VA_ARGS__          \
	}

#endif
