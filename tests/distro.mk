# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Builds and tests on other releases of Debian, in a root of their own: make check-distro
# DISTROS=trixie. Their packages are kept in DISTRO_CACHE; DISTRO_REFRESH=1 fetches them anew.

DISTROS ?= trixie
DISTRO_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/denet-bpf/distro
# The unit tests, and the end-to-end tests as root; E2E is theirs.
DISTRO_PARTS ?= check-unit check-e2e

check-distro:
	$(Q)packaging/install-deps distro
	$(Q)failed=; for suite in $(DISTROS); do \
		tests/distro $$suite "$(DISTRO_CACHE)" $(DISTRO_PARTS) E2E_MODES=root E2E="$(E2E)" || failed=1; \
	done; [ -z "$$failed" ]

.PHONY: check-distro
