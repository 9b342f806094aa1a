# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The build itself, on copies of the sources: paths with spaces, other flags, clang, same bytes.
# `make check-build BUILD_TESTS=clang` tries one of it.

BUILD_TESTS ?=

check-build:
	$(Q)MAKE="$(MAKE)" CC="$(CC)" PKG_CONFIG="$(PKG_CONFIG)" tests/build/check $(BUILD_TESTS)

.PHONY: check-build
