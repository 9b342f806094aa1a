/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a header says of who asks. */
#ifndef DENET_SERVE_CREDENTIAL_H
#define DENET_SERVE_CREDENTIAL_H

#define CREDENTIAL_BYTES 640

struct credential {
	char text[CREDENTIAL_BYTES]; /* name, NUL, password */
	const char *name;
	const char *password;
};

/* "Basic bmFtZTpwYXNz". -EINVAL for anything else, also for NULL. */
int credential_parse(const char *header, struct credential *ret_credential);

#endif
