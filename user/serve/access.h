/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who may read: nobody is asked, or a user with a password. What was right once is known again without a check. */
#ifndef DENET_SERVE_ACCESS_H
#define DENET_SERVE_ACCESS_H

#include <stdbool.h>

#include "serve/listener.h"

enum access_verdict {
	ACCESS_GRANTED,
	ACCESS_WAITS, /* the connection is suspended until it is known */
	ACCESS_DENIED,
	ACCESS_TOO_OFTEN,
	ACCESS_FAILED, /* it cannot be checked */
};

struct access;

/* Starts the process that checks. The file of users is read and tried; what is wrong is told. */
int access_new(const char *file, struct access **ret_access);

/* Nobody may wait any more. Accepts NULL. */
void access_free(struct access *access);

/* Other users, by the same process. Where that fails nothing changes. */
int access_reload(struct access *access, const char *file);

enum access_verdict access_check(struct access *access, struct exchange *exchange);

/* It is over. */
void access_forget(struct access *access, struct exchange *exchange);

/* Readable when access_run() has something to do, which resumes who waited. */
int access_fd(const struct access *access);
void access_run(struct access *access);

/* Resumes all, with no for an answer: whoever closes the listener does so first. */
void access_let_go(struct access *access);

#endif
