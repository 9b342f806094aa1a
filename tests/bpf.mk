# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Tests of the real thing, as root: each runs workloads under libdenet beside a cgroup of their own.

BPF_TEST_SHARED := $(BUILD)/tests/bpf/harness.o $(BUILD)/tests/bpf/referee.o \
	$(BUILD)/tests/bpf/seen.o $(BUILD)/tests/bpf/path.o
BPF_TEST_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/bpf/test_*.c)))
BPF_TEST_CFLAGS = $(DENET_CFLAGS) -Werror=unused-function -Itests

$(BPF_TEST_SHARED): $(BUILD)/tests/bpf/%.o: tests/bpf/%.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(BPF_TEST_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/tests/bpf/test_%: tests/bpf/test_%.c $(BPF_TEST_SHARED) $(INSIDE) | workloads
	@mkdir -p $(@D)
	$(say) CCLD $@
	$(Q)$(CC) $(BPF_TEST_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $@.d -MT $@ \
		$(DENET_LDFLAGS) $(LDFLAGS) -o $@ $< $(BPF_TEST_SHARED) $(INSIDE) \
		-lcmocka $(LIBS)

# What only the host's program links.
HOSTPROBE_TESTS := $(addprefix $(BUILD)/tests/bpf/test_,hostprobe hostends hostbounds)
HOSTPROBE_TEST_OBJ := $(addprefix $(BUILD)/user/hostprobe/,hostprobe.o living.o endings.o)
$(HOSTPROBE_TESTS): BPF_TEST_SHARED += $(HOSTPROBE_TEST_OBJ)
$(HOSTPROBE_TESTS): $(HOSTPROBE_TEST_OBJ)
$(BUILD)/tests/bpf/test_hostevents: BPF_TEST_SHARED += $(BUILD)/user/hostprobe/hostevents.o
$(BUILD)/tests/bpf/test_hostevents: $(BUILD)/user/hostprobe/hostevents.o

# The core again, forced onto the ways that other kernels go (PATH.TEST, see tests/bpf/path.c), and in
# a pid namespace.
BPF_PATH_RUNS ?= $(addprefix old.test_,cpu lifecycle identity memory_io attach programs told net) \
	$(addprefix hash.test_,lifecycle identity samples programs told) deaf.test_told \
	$(addprefix members.test_,lifecycle identity samples attach programs net) slots.test_samples \
	whole.test_samples $(addprefix spill.test_,lifecycle attach net) \
	$(addprefix namespace.test_,lifecycle probe)
BPF_RUNS = $(notdir $(BPF_TEST_BIN)) $(BPF_PATH_RUNS)

# The real binary, for end-to-end tests on such a way: DENET_TEST_PATH names it.
$(BUILD)/tests/denet-bpf: $(CLI_OBJ) $(BUILD)/tests/bpf/path.o $(INSIDE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Status 77 is a skip; with DENET_REQUIRE_BPF=1 the programs fail instead.
build-bpf: $(BPF_TEST_BIN) $(BUILD)/bpf/denet.linked.o $(BUILD)/bpf/whole.linked.o $(BUILD)/bpf/edges.linked.o \
		$(BUILD)/bpf/members.linked.o $(BUILD)/bpf/net.linked.o $(BUILD)/bpf/host.linked.o $(BUILD)/bpf/events.linked.o

check-bpf: build-bpf
	$(Q)failed=; tests/bpf/check_object.py $(BUILD)/bpf/*.linked.o || failed=" check_object"; \
	for run in $(BPF_RUNS); do \
		tests/bpf/run $(BUILD) $$run; status=$$?; \
		case $$status in 0|77) ;; *) failed="$$failed $$run" ;; esac; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

print-bpf-runs:
	@echo $(BPF_RUNS)

-include $(BPF_TEST_BIN:=.d) $(BPF_TEST_SHARED:.o=.d)

.PHONY: build-bpf check-bpf print-bpf-runs
