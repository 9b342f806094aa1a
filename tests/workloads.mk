# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Workloads: programs that use a known amount of something. Static, so that they start alike
# everywhere, and never instrumented, so that SAN=1 does not change what they use.

WORKLOAD_SRC := $(filter-out tests/workloads/work.c,$(sort $(wildcard tests/workloads/*.c)))
WORKLOAD_BIN := $(WORKLOAD_SRC:tests/%.c=$(BUILD)/tests/%)

WORKLOAD_CFLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS)

$(BUILD)/tests/workloads/work.o: tests/workloads/work.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(WORKLOAD_CFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/tests/workloads/%: tests/workloads/%.c $(BUILD)/tests/workloads/work.o
	@mkdir -p $(@D)
	$(say) CCLD $@
	$(Q)$(CC) $(WORKLOAD_CFLAGS) $(CFLAGS) -MMD -MP -MF $@.d -MT $@ -static -pthread \
		-o $@ $< $(BUILD)/tests/workloads/work.o

workloads: $(WORKLOAD_BIN)

-include $(WORKLOAD_BIN:=.d) $(BUILD)/tests/workloads/work.d

.PHONY: workloads
