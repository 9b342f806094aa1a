/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* For libelf, in place of the one that its configure script would write: what it asks for there, and
 * whether the C library is glibc. There are neither translations nor threads in it so. */
#ifndef DENET_PORTABLE_CONFIG_H
#define DENET_PORTABLE_CONFIG_H

#define HAVE_DECL_MEMPCPY	DENET_FOR_GLIBC
#define HAVE_DECL_RAWMEMCHR	DENET_FOR_GLIBC
#define HAVE_DECL_MEMRCHR	1
#define HAVE_DECL_REALLOCARRAY	1 /* nothing in libelf uses it */
#define HAVE_DECL_POWEROF2	1
#define HAVE_VISIBILITY		1
#define HAVE_GCC_STRUCT		1
#define HAVE_FALLTHROUGH	1
#if DENET_FOR_GLIBC
#define HAVE_ERROR_H 1
#else
#define HAVE_ERR_H 1
#endif
#define PACKAGE_NAME "elfutils"
#define _(text)	     (text)
#include <eu-config.h>

#endif
