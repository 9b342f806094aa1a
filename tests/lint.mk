# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# `make format` and `make lint`. Each step of lint is a target of its own and silent when all is well.

LINT_C := $(sort $(wildcard user/*.c user/*/*.c))
LINT_H := $(sort $(wildcard user/*/*.h include/*/*.h))
LINT_BPF := $(sort $(wildcard bpf/*/*.c bpf/*/*.h))
LINT_TESTS := $(sort $(wildcard tests/*/*.c tests/*/*.h docs/examples/*.c))
# A version without quotes, which would not survive a second shell.
LINT_FLAGS = $(DENET_CODE_CFLAGS) -DDENET_VERSION=__FILE__ $(CPPFLAGS)
LINT_SKELETONS = $(SKELETONS) $(BUILD)/bpf/host.skel.h $(BUILD)/bpf/events.skel.h
# One file a call, as many at once as there are processors.
LINT_EACH = printf '%s\n' $(1) | xargs -P "$$(nproc)" -I {} sh -c '$(2)'

format:
	$(Q)clang-format -i $(LINT_C) $(LINT_H) $(LINT_BPF) $(LINT_TESTS)

lint: lint-deps lint-units lint-format lint-sources lint-objects lint-headers lint-tidy lint-cppcheck lint-analyzer

lint-deps:
	@packaging/install-deps build lint

lint-format: lint-deps
	$(say) FORMAT sources
	$(Q)clang-format --dry-run -Werror $(LINT_C) $(LINT_H) $(LINT_BPF) $(LINT_TESTS)

# What a service manager thinks of our unit: below 3.0 as docs/host.md says.
lint-units: lint-deps
	$(say) UNITS share/systemd
	$(Q)mkdir -p $(BUILD)/units
	$(Q)sed 's|^ExecStart=.*|ExecStart=/bin/true|; /^Documentation=/d' share/systemd/denet-bpf-host.service \
		>$(BUILD)/units/denet-bpf-host.service
	$(Q)systemd-analyze verify "$(abspath $(BUILD)/units)/denet-bpf-host.service" >$(BUILD)/units/verify 2>&1 || \
		{ cat $(BUILD)/units/verify; exit 1; }
	$(Q)! grep denet-bpf-host $(BUILD)/units/verify
	$(Q)systemd-analyze security --no-pager --offline=true --threshold=30 \
		"$(abspath $(BUILD)/units)/denet-bpf-host.service" >$(BUILD)/units/security || { cat $(BUILD)/units/security; exit 1; }

# Direction and cycles of #include, banned functions, licence lines, include guards, lengths.
lint-sources: lint-deps
	$(say) SOURCES sources
	$(Q)python3 tests/lint/sources.py
	$(Q)python3 tests/lint/docs.py
	$(Q)python3 tests/lint/test_docs.py
	$(Q)python3 tests/lint/test_sources.py

# Knots of calls, and the names of globals.
lint-objects: lint-deps $(LIB_OBJ) $(CLI_OBJ) $(HOST_OBJ)
	$(say) OBJECTS sources
	$(Q)python3 tests/lint/objects.py . $(BUILD) $(LIB_OBJ) $(CLI_OBJ) $(HOST_OBJ)
	$(Q)python3 tests/lint/test_objects.py "$(CC)"

# Each header compiles alone; the public one as C99, pedantic, and as C++ too. Only what both sides
# share leaves the kernel's number types to its includer.
lint-headers: lint-deps $(LINT_SKELETONS)
	$(say) HEADERS sources
	$(Q)$(call LINT_EACH,$(filter-out include/kernel/%,$(LINT_H)),$(CC) $(LINT_FLAGS) -Werror -fsyntax-only -x c {})
	$(Q)$(call LINT_EACH,$(filter include/kernel/%,$(LINT_H)),$(CC) $(LINT_FLAGS) -Werror -fsyntax-only -include linux/types.h -x c {})
	$(Q)$(call LINT_EACH,$(filter %.h,$(LINT_BPF)),$(CLANG) $(BPF_CODE_CFLAGS) -isystem vmlinux -Wno-unused-function -fsyntax-only -x c {})
	$(Q)$(CC) -std=c99 -Iinclude -D_POSIX_C_SOURCE=200809L -pedantic-errors -Wall -Wextra -Werror -fsyntax-only -x c include/denet/denet.h
	$(Q)$(CLANG) -std=c++11 -Iinclude -Wall -Wextra -Werror -Wno-pragma-once-outside-header -fsyntax-only \
		-x c++-header include/denet/denet.h

# So many states of a function, not the analyzer's own 225000: a fifth of the time, most of which is spent on few functions.
# LINT_NODES=225000 for a deep look.
LINT_NODES ?= 40000

lint-tidy: lint-deps $(LINT_SKELETONS)
	$(say) TIDY sources
	$(Q)$(call LINT_EACH,$(LINT_C) $(filter %.c,$(LINT_TESTS)),tests/lint/tidy $(LINT_NODES) {} $(LINT_FLAGS) -Itests -DFIXTURES=__FILE__)

# Off: memleak, which does not know the cleanup attribute, and uninitvar, which takes a struct that is
# filled through one of its arrays for empty (gcc sees the true ones).
lint-cppcheck: lint-deps $(LINT_SKELETONS)
	$(say) CPPCHECK sources
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr -j "$$(nproc)" --std=c11 -D_GNU_SOURCE \
		-D'__attribute__(x)=' -D'LIBBPF_OPTS(type,name,...)=struct type name = { __VA_ARGS__ }' -D'DENET_VERSION=""' -Iinclude -Iuser \
		--enable=warning,performance,portability \
		--suppress=memleak --suppress=uninitvar --suppress=missingInclude --suppress=missingIncludeSystem \
		--suppress=unmatchedSuppression $(LINT_C)

# Off: leaks, which it sees wherever a pointer leaves by a parameter (SAN=1 finds the true ones), and
# reads of what only the cleanup attribute reads.
ANALYZER := -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-use-of-uninitialized-value

lint-analyzer: lint-deps $(LINT_SKELETONS)
	$(say) ANALYZER sources
	$(Q)$(call LINT_EACH,$(LINT_C),$(CC) $(LINT_FLAGS) -O2 -Werror $(ANALYZER) -c {} -o /dev/null)

.PHONY: format lint lint-deps lint-units lint-format lint-sources lint-objects lint-headers lint-tidy lint-cppcheck \
	lint-analyzer
