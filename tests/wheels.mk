# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Wheels for every distribution: `make wheels`, `make sdist`, and `make check-wheels`, which looks at
# them and uses them where they are for. What is fetched stays in PORTABLE_CACHE.

# `make wheels WHEELS=x86_64`, `make check-wheels WHEEL_TESTS=debian11`.
WHEELS ?= x86_64 aarch64
WHEEL_TESTS ?=
PORTABLE_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/denet-bpf/portable
PORTABLE := $(BUILD)/portable
ZIG_VENV := $(PORTABLE)/zig
ZIG = $(firstword $(wildcard $(abspath $(ZIG_VENV))/lib/python3*/site-packages/ziglang/zig))
# For the glibc of CentOS 7: manylinux2014, under its newer name.
WHEELS_TAG := manylinux_2_17

$(ZIG_VENV)/.complete: packaging/portable/zig.txt
	$(say) VENV $(@D)
	$(Q)rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	$(Q)$(call PY_INSTALL,$(@D)) --require-hashes -r $<
	$(Q)touch $@

wheels:
	$(Q)packaging/install-deps wheel
	$(Q)packaging/portable/sources "$(PORTABLE_CACHE)/sources" "$(PORTABLE)/sources"
	$(Q)$(MAKE) --no-print-directory $(WHEELS:%=wheel-for-%)

$(WHEELS:%=wheel-for-%): wheel-for-%: $(ZIG_VENV)/.complete $(PY_VENV)/.builds $(SKELETONS) $(BPF_FLAGS)
	$(Q)MAKE="$(MAKE)" packaging/portable/build $* "$(ZIG)" "$(PORTABLE_CACHE)/zig" "$(abspath $(BUILD))" "$(PORTABLE)"
	$(Q)packaging/wheel --terms "$(PORTABLE)/$*/terms" --for $* --tag $(WHEELS_TAG)_$* \
		"$(PORTABLE)/$*/libdenet.so" "$(PORTABLE)/$*/denet-bpf" "$(abspath $(PY_VENV))" "$(PORTABLE)/wheels"

# What pip compiles of.
sdist: $(PY_VENV)/.builds
	$(Q)packaging/sdist "$(abspath $(PY_VENV))" "$(PORTABLE)/wheels"

$(PY_VENV)/.twine: $(PY_VENV)/.builds
	$(Q)$(call PY_INSTALL,$(@D)) twine
	$(Q)touch $@

# x86-64 is used in a root of Debian 11, arm64 under qemu's emulation of programs.
check-wheels:
	$(Q)packaging/install-deps wheels
	$(Q)$(call PY_REACHES,$(PY_VENV)); \
	$(MAKE) --no-print-directory wheels sdist build-e2e $(PY_VENV)/.twine || exit 1; \
	DENET_E2E_TOOLS="$(abspath $(BUILD))/tests/e2e" tests/wheels "$(PORTABLE)/wheels" "$(abspath $(PY_VENV))" "$(PORTABLE_CACHE)" $(WHEEL_TESTS)

.PHONY: wheels sdist check-wheels $(WHEELS:%=wheel-for-%)
