# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The library as others use it: installed, and with an ABI that does not change unseen.

# Of the public headers' types, without anything of this machine. The file is that of x86-64.
ABI := tests/abi/libdenet.abi
ABIDW := abidw --headers-dir include/denet --drop-private-types --exported-interfaces-only \
	--no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --no-architecture \
	--type-id-style hash

check-api: all
	$(Q)MAKE="$(MAKE)" CC="$(CC)" PKG_CONFIG="$(PKG_CONFIG)" tests/api/check $(BUILD)

# What was added fails too, although it breaks nobody: it belongs into the file, by `make abi`.
check-abi: $(BUILD)/libdenet.so
	$(Q)packaging/install-deps abi
	$(Q)tests/abi/check $(ABI) "$(ABIDW)" $<

abi: $(BUILD)/libdenet.so
	$(Q)packaging/install-deps abi
	$(Q)$(ABIDW) --out-file $(ABI) $<

.PHONY: check-api check-abi abi
