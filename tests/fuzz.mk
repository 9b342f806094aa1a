# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Fuzzing by clang's libFuzzer, from the fixtures on: FUZZ_SECONDS for each of the targets.

FUZZ_SECONDS ?= 10
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_LIB := $(sort $(wildcard user/util/*.c user/procfs/*.c user/metrics/*.c user/record/*.c user/analysis/*.c) user/api/file.c)
FUZZ_LIB += $(filter-out %/influx.c %/influx_page.c %/page.c %/statsd.c %/textfile.c,$(sort $(wildcard user/expose/*.c))) \
	$(patsubst %,user/format/%.c,figure label scale)
ifeq ($(HOST_LACKS),)
FUZZ_LIB += $(sort $(wildcard user/config/*.c)) $(patsubst %,user/alert/%.c, \
	alert evaluator formula kind rule ruleset settings template unit window) \
	user/serve/address.c user/serve/credential.c user/serve/hosts.c \
	user/serve/query.c user/serve/reply.c
else
FUZZ_SRC := $(filter-out $(patsubst %,tests/fuzz/fuzz_%.c,config rules serve),$(FUZZ_SRC))
endif
ifneq ($(and $(HOST_LIBS),$(CJSON)),)
FUZZ_LIB += user/host/name.c user/host/workload.c user/names/container_json.c user/names/supervisor.c
else
FUZZ_SRC := $(filter-out tests/fuzz/fuzz_host.c,$(FUZZ_SRC))
endif

FUZZ_BIN := $(FUZZ_SRC:tests/%.c=$(BUILD)/tests/%)
FUZZ_OBJ := $(FUZZ_LIB:%.c=$(BUILD)/fuzz/%.o)
# Made once, for all targets and the next call.
.SECONDARY: $(FUZZ_OBJ)
FUZZ_CC = $(CLANG) -std=gnu17 -D_GNU_SOURCE -DDENET_VERSION='"fuzz"' -g1 -O1 -Iinclude -Iuser \
	-fsanitize=fuzzer$(1),address,undefined -fno-sanitize-recover=all

$(BUILD)/fuzz/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(call FUZZ_CC,-no-link) -MMD -MP -c -o $@ $<

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	@mkdir -p $(@D)
	$(say) FUZZ $@
	$(Q)$(call FUZZ_CC) -o $@ $< $(FUZZ_OBJ) $(HOST_LIBS) -lm -lz

-include $(FUZZ_OBJ:.o=.d)

# libFuzzer alone is a tenth of all packages that check needs.
check-fuzz:
	$(Q)if packaging/install-deps --dry-run fuzz >/dev/null; then \
		$(MAKE) --no-print-directory run-fuzz; \
	else \
		echo "test skipped: fuzzing: clang has no libFuzzer here; packaging/install-deps fuzz brings it"; \
	fi

# What is found lands in the build tree, beside the corpus.
run-fuzz: $(FUZZ_BIN)
	$(Q)failed=; for t in $(FUZZ_BIN); do \
		mkdir -p $$t.corpus; \
		if $$t -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$$t. -verbosity=0 \
			$$t.corpus tests/fixtures/records tests/fixtures/budgets \
			tests/fixtures/configs tests/fixtures/host >$$t.log 2>&1; then \
			echo "test passed: $${t##*/} for $(FUZZ_SECONDS) s"; \
		else \
			cat $$t.log; failed=1; echo "test failed: $${t##*/}: $$t.log"; \
		fi; \
	done; [ -z "$$failed" ]

.PHONY: check-fuzz run-fuzz
