# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The same tests on other kernels of Debian: make check-vm KERNELS="6.1 arm64-newest". Not part of
# check. With systemd-SERIES its first program is systemd. Kernels are kept in VM_CACHE; VM_REFRESH=1 looks
# for newer ones.

# Of what is asked for by name, nothing may be skipped.
VM_NAMED := $(if $(filter-out undefined default file,$(origin KERNELS)),1)
KERNELS ?= 5.10 6.1 6.12 6.18 newest systemd-6.12 arm64-6.1 arm64-newest
# Not samples: how late one is says nothing where another machine's processor is emulated.
VM_TESTS ?= $(filter-out samples,$(patsubst tests/bpf/test_%.c,%,$(wildcard tests/bpf/test_*.c)))
VM_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/denet-bpf/vm
VM_ARM64 := $(filter arm64-%,$(KERNELS))
VM_AMD64 := $(filter-out arm64-%,$(KERNELS))

# The binary needs nothing in the guest. cmocka has no static library, so the tests do.
$(BUILD)/vm/denet-bpf: $(CLI_OBJ) $(INSIDE)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ $(LIBS)

$(BUILD)/vm/facts: tests/vm/facts.c $(INSIDE)
	@mkdir -p $(@D)
	$(say) CCLD $@
	$(Q)$(CC) $(DENET_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ $(LIBS)

# The host's program with its libraries, where they can be linked for the guest.
vm-programs: $(BPF_TEST_BIN) $(BUILD)/vm/denet-bpf $(BUILD)/vm/facts workloads \
	$(if $(HOST_LACKS),,$(BUILD)/denet-bpf-host)

# The BPF object is the same for both, so it is built as for this machine. Without the packages that
# this needs, tests/vm/check says why there is no arm64.
vm-programs-arm64:
	$(Q)if sysroot=$$(tests/vm/make-sysroot $(VM_CACHE) 2>/dev/null); then \
		$(MAKE) --no-print-directory vm-programs BUILD=$(BUILD)/arm64 \
			CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar \
			CPPFLAGS="-isystem $$sysroot/usr/include" \
			LDFLAGS="-L$$sysroot/usr/lib/aarch64-linux-gnu" BPF_MULTIARCH='$(BPF_MULTIARCH)'; \
	fi

check-vm:
	$(Q)[ -z "$(filter 1,$(SAN) $(STATIC))" ] || \
		{ echo "check-vm: not with SAN=1 or STATIC=1"; exit 2; }
	$(Q)packaging/install-deps $(if $(VM_AMD64),vm) $(if $(VM_ARM64),vm-arm64)
	$(Q)$(MAKE) --no-print-directory $(if $(VM_AMD64),vm-programs) \
		$(if $(VM_ARM64),vm-programs-arm64)
	$(Q)VM_NAMED=$(VM_NAMED) tests/vm/check $(BUILD) $(VM_CACHE) "$(KERNELS)" $(VM_TESTS)

.PHONY: check-vm vm-programs vm-programs-arm64
