/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where, as whom and as whose job a run was: what its metadata tells besides the command. */
#ifndef DENET_FOLLOW_FACTS_H
#define DENET_FOLLOW_FACTS_H

#include <stddef.h>
#include <sys/types.h>

#include "denet/denet.h"

struct procfs;

/* All owned; NULL when not known. */
struct facts {
	char *host;
	char *cwd;
	char *user; /* a name, or #UID for whom /etc/passwd lacks */
	char *label;
	char *job;
};

/* Of a command that is about to start. */
void facts_of_launch(struct facts *facts, const struct denet_launch *launch, const char *label);

/* Of a process that runs, as far as it may be looked into. */
void facts_of_process(struct facts *facts, const struct procfs *procfs, pid_t pid,
		      const char *label);

/* Of no process in particular. */
void facts_of_machine(struct facts *facts, const char *label);

void facts_done(struct facts *facts);

/* What the machine's batch or CI system calls the job: from variables, each ended by NUL. */
char *facts_find_job(const char *environment, size_t len);

#endif
