# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Tests of the real thing, as root: each runs workloads under libdenet beside a cgroup of their own.

BPF_TEST_SHARED := $(BUILD)/tests/bpf/harness.o $(BUILD)/tests/bpf/referee.o \
	$(BUILD)/tests/bpf/seen.o
BPF_TEST_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/bpf/test_*.c)))
BPF_TEST_CFLAGS = $(DENET_CFLAGS) -Werror=unused-function -Itests

$(BPF_TEST_SHARED): $(BUILD)/tests/bpf/%.o: tests/bpf/%.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(BPF_TEST_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/tests/bpf/test_%: tests/bpf/test_%.c $(BPF_TEST_SHARED) $(BUILD)/libdenet.a | workloads
	@mkdir -p $(@D)
	$(say) CCLD $@
	$(Q)$(CC) $(BPF_TEST_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $@.d -MT $@ \
		$(DENET_LDFLAGS) $(LDFLAGS) -o $@ $< $(BPF_TEST_SHARED) $(BUILD)/libdenet.a \
		-lcmocka $(LIBS)

# Status 77 is a skip; with DENET_REQUIRE_BPF=1 the programs fail instead.
check-bpf: $(BPF_TEST_BIN)
	$(Q)failed=; for t in $(BPF_TEST_BIN); do \
		$$t || { [ $$? -eq 77 ] || failed="$$failed $${t##*/}"; }; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

-include $(BPF_TEST_BIN:=.d) $(BPF_TEST_SHARED:.o=.d)

.PHONY: check-bpf
