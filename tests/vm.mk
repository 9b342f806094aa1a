# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The same tests on other kernels of Debian: make check-vm KERNELS="6.1 6.12". Not part of check.

KERNELS ?= 6.1
VM_TESTS ?= cpu identity memory_io probe

check-vm: $(BPF_TEST_BIN)
	$(Q)packaging/install-deps vm
	$(Q)tests/vm/check $(BUILD) "$(KERNELS)" $(VM_TESTS)

.PHONY: check-vm
