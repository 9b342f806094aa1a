# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# End-to-end tests of the real binary, as root: options, exit statuses, signals, bad input.
# `make check-e2e E2E="-v signals"` runs the tests with "signals" in their name, one a line.

E2E_TOOLS := $(patsubst tests/e2e/%.c,$(BUILD)/tests/e2e/%,$(wildcard tests/e2e/*.c))
E2E ?=

# Without sanitizers: these programs stand for any program of a user.
$(BUILD)/tests/e2e/%: tests/e2e/%.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O1 -pthread $< -o $@

check-e2e: $(BUILD)/denet-bpf $(E2E_TOOLS)
	$(Q)DENET_BPF=$(abspath $(BUILD)/denet-bpf) DENET_E2E_TOOLS=$(abspath $(BUILD)/tests/e2e) \
		python3 tests/e2e/run.py $(E2E)

.PHONY: check-e2e
