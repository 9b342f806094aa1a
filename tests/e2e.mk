# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# End-to-end tests of the real binary: options, exit statuses, signals, bad input; in four modes:
# as root, as nobody with file capabilities, as nobody without, and with bpf() forbidden.
# `make check-e2e E2E="-v signals"` runs the tests with "signals" in their name, one a line;
# `E2E_MODES=user` one mode alone.

E2E_TOOLS := $(patsubst tests/e2e/%.c,$(BUILD)/tests/e2e/%,$(wildcard tests/e2e/*.c))
E2E_TOOLS += $(patsubst tests/e2e/preload/%.c,$(BUILD)/tests/e2e/%.so,$(wildcard tests/e2e/preload/*.c))
E2E ?=
# Sanitizers are there to look at the code, and each way through it needs to be seen once.
E2E_MODES ?= $(if $(filter 1,$(SAN)),root nobpf,root caps user nobpf)

# Without sanitizers: these programs stand for any program of a user.
$(BUILD)/tests/e2e/%: tests/e2e/%.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O1 -pthread $< -o $@

$(BUILD)/tests/e2e/%.so: tests/e2e/preload/%.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O1 -fPIC -shared $< -o $@

build-e2e: $(BUILD)/denet-bpf $(HOST) $(E2E_TOOLS)

check-e2e: build-e2e
	$(Q)failed=; for mode in $(E2E_MODES); do \
		DENET_BPF="$(abspath $(BUILD)/denet-bpf)" DENET_E2E_TOOLS="$(abspath $(BUILD)/tests/e2e)" \
			python3 tests/e2e/run.py --mode $$mode $(E2E); \
		case $$? in 0|77) ;; *) failed="$$failed $$mode" ;; esac; \
	done; [ -z "$$failed" ] || { echo "failed in mode:$$failed"; exit 1; }

# Those that may run beside anything, since no BPF program of theirs can be in the kernel, and the others.
E2E_PROC = $(filter user nobpf,$(E2E_MODES))
E2E_EXACT = $(filter-out $(E2E_PROC),$(E2E_MODES))

check-e2e-proc:
	$(Q)$(MAKE) --no-print-directory check-e2e E2E_MODES="$(E2E_PROC)"

check-e2e-exact:
	$(Q)$(MAKE) --no-print-directory check-e2e E2E_MODES="$(E2E_EXACT)"

.PHONY: build-e2e check-e2e check-e2e-proc check-e2e-exact
