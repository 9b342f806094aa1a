# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# What takes a browser, servers or container runtimes: the end-to-end harness over real ones of Debian.

MORE_TESTS = DENET_BPF="$(abspath $(BUILD)/denet-bpf)" DENET_E2E_TOOLS="$(abspath $(BUILD)/tests/e2e)" \
	python3 tests/e2e/run.py --folder tests/$(1) $(E2E)

check-web check-servers check-runtimes: check-%: build-e2e
	$(Q)packaging/install-deps $*
	$(Q)$(call MORE_TESTS,$*)

# Printed, not judged: a machine of any speed may run it.
bench-web: $(BUILD)/denet-bpf
	$(Q)packaging/install-deps web
	$(Q)tests/web/bench.py "$(abspath $(BUILD)/denet-bpf)"

.PHONY: check-web check-servers check-runtimes bench-web
