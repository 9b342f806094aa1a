# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Unit tests: one program for each tests/unit/test_<module>.c, linked with the whole library and
# with the command line and the host's program but for their main().

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
ifneq ($(HOST_LACKS),)
UNIT_SRC := $(filter-out tests/unit/test_host_% tests/unit/test_agent% tests/unit/test_names.c,$(UNIT_SRC))
endif
UNIT_BIN := $(UNIT_SRC:tests/%.c=$(BUILD)/tests/%)
UNIT_CLI_OBJ := $(filter-out $(BUILD)/user/main.o,$(CLI_OBJ)) \
	$(if $(HOST_LACKS),,$(filter-out $(BUILD)/user/agent/main.o,$(HOST_OBJ)))

# An archive, of which the linker takes what a test calls: each has a few of the objects, not all. Those
# of threads call the library alone.
UNIT_CLI := $(if $(filter 1,$(TSAN)),,$(BUILD)/tests/unit/cli.a)

$(BUILD)/tests/unit/cli.a: $(UNIT_CLI_OBJ)
	@mkdir -p $(@D)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# An unused function here is a test that was written and never registered. A test need not be fast, and
# building it does.
$(BUILD)/tests/unit/%: tests/unit/%.c $(UNIT_CLI) $(INSIDE) $(FLAGS)
	@mkdir -p $(@D)
	$(say) CCLD $@
	$(Q)$(CC) $(DENET_CFLAGS) -Werror=unused-function $(CPPFLAGS) $(CFLAGS) -O0 -MMD -MP \
		-DFIXTURES='"$(CURDIR)/tests/fixtures"' $(DENET_LDFLAGS) $(LDFLAGS) \
		-o $@ $< $(UNIT_CLI) $(INSIDE) -lcmocka -lcjson $(HOST_LIBS) $(LIBS)

# Time passes there when the test says so: tests/unit/set_clock.h.
SET_CLOCK := clock_mono_ns clock_boot_ns clock_wall_ms nanosleep
$(BUILD)/tests/unit/test_follow $(BUILD)/tests/unit/test_follow_cgroup \
	$(BUILD)/tests/unit/test_settle $(BUILD)/tests/unit/test_engine \
	$(BUILD)/tests/unit/test_failing $(BUILD)/tests/unit/test_host_listener \
	$(BUILD)/tests/unit/test_host_listener_limit $(BUILD)/tests/unit/test_limits $(BUILD)/tests/unit/test_stats_run $(BUILD)/tests/unit/test_own \
	$(BUILD)/tests/unit/test_span: \
	DENET_LDFLAGS += $(SET_CLOCK:%=-Wl,--wrap=%)
# And threads use CPU.
$(BUILD)/tests/unit/test_own: DENET_LDFLAGS += -Wl,--wrap=clock_read_ns
# And memory is there or not.
$(BUILD)/tests/unit/test_engine: DENET_LDFLAGS += -Wl,--wrap=calloc
# And seconds pass at once.
$(BUILD)/tests/unit/test_rest: DENET_LDFLAGS += -Wl,--wrap=clock_gettime -Wl,--wrap=pthread_cond_timedwait
# And what is loaded is made there.
SHARED_PROBE := probe_acquire probe_renew probe_put_to_rest probe_serves probe_most_at_once \
	probe_forget_at_once baseline_take
$(BUILD)/tests/unit/test_share: DENET_LDFLAGS += $(SHARED_PROBE:%=-Wl,--wrap=%)

-include $(UNIT_BIN:=.d)

build-unit: $(UNIT_BIN)

# cmocka's own lines tell what ran; a program that fails does not keep the others from running.
check-unit: build-unit
	$(Q)failed=; for t in $(UNIT_BIN); do \
		$$t </dev/null || failed="$$failed $${t##*/}"; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

# Several monitors and several threads under ThreadSanitizer, in a tree of its own.
TSAN_BIN := $(BUILD)/tests/unit/test_threads $(BUILD)/tests/unit/test_threads_self $(BUILD)/tests/unit/test_api

check-tsan:
	$(Q)$(MAKE) --no-print-directory TSAN=1 BUILD=$(BUILD)/tsan run-tsan

build-tsan:
	$(Q)$(MAKE) --no-print-directory TSAN=1 BUILD=$(BUILD)/tsan $(TSAN_BIN:$(BUILD)/%=$(BUILD)/tsan/%)

run-tsan: $(TSAN_BIN)
	$(Q)failed=; for t in $(TSAN_BIN); do $$t </dev/null || failed=1; done; [ -z "$$failed" ]

.PHONY: build-unit check-unit build-tsan check-tsan run-tsan
