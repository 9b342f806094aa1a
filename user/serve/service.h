/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The service's side of a listener. */
#ifndef DENET_SERVE_SERVICE_H
#define DENET_SERVE_SERVICE_H

#include <stdbool.h>

#include "expose/settings.h"
#include "serve/access.h"
#include "serve/address.h"
#include "serve/api.h"
#include "serve/bodies.h"
#include "serve/hosts.h"
#include "serve/listener.h"
#include "serve/tls.h"

struct serve {
	struct address address;
	char *listen; /* owned, as all below: of the settings; NULL for what was handed over */
	int fd; /* it listens */
	bool is_passed;
	struct listener *listener;
	struct tls tls;
	struct access *access; /* NULL: nobody is asked who he is */
	struct hosts hosts;
	struct expose_settings names;
	struct api api;
	struct bodies bodies;
};

#endif
