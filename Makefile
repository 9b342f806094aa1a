# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# denet-bpf. `make help` lists the targets.

VERSION := 0.1.0

CC ?= cc
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
PKG_CONFIG ?= pkg-config
OBJCOPY ?= objcopy
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
LIBEXECDIR ?= $(PREFIX)/libexec
UNITDIR ?= $(PREFIX)/lib/systemd/system
DESTDIR ?=
# With SETCAP=1 the installed file has them, so that it is exact for every user. Before 5.11:
# FILE_CAPS=cap_bpf,cap_perfmon,cap_sys_resource. Permitted alone: the program raises them itself,
# and where the bounding set lacks one an effective one would keep it from starting at all.
SETCAP ?=
FILE_CAPS ?= cap_bpf,cap_perfmon

# SAN=1, TSAN=1 and STATIC=1 get trees of their own, so that no object is built two ways.
ifeq ($(SAN),1)
BUILD ?= build/san
else ifeq ($(TSAN),1)
BUILD ?= build/tsan
else ifeq ($(STATIC),1)
BUILD ?= build/static
else
BUILD ?= build
endif

# Make parts names at spaces: a folder with one in its path is reached through a link without.
ifneq ($(words $(BUILD)),1)
BUILD_LINK := build/at-$(firstword $(shell printf '%s' '$(BUILD)' | cksum))
$(shell mkdir -p build '$(BUILD)' && ln -sfn "$$(cd '$(BUILD)' && pwd)" $(BUILD_LINK))
override BUILD := $(BUILD_LINK)
endif

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n'
endif

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wformat=2 -Wundef -Wvla -Wcast-qual -Wnull-dereference
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif
# Sanitizers tell lines, which the least of -g has.
CFLAGS ?= $(if $(filter 1,$(SAN) $(TSAN)),-O1 -g1,-O2 -g)
# What lint takes over: nothing in it is quoted, which would not survive a second shell.
DENET_CODE_CFLAGS := -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -fvisibility=hidden -fno-strict-aliasing \
	-Iinclude -Iuser -isystem $(BUILD)/bpf
# The same sources give the same bytes in any folder.
SAME_ANYWHERE := '-ffile-prefix-map=$(CURDIR)=.'
DENET_CFLAGS := $(DENET_CODE_CFLAGS) -DDENET_VERSION='"$(VERSION)"' -fPIC $(SAME_ANYWHERE)
LDFLAGS ?=
DENET_LDFLAGS :=
ifeq ($(STATIC),1)
DENET_LDFLAGS += -static
endif
ifeq ($(SAN),1)
DENET_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
DENET_LDFLAGS += -fsanitize=address,undefined
endif
ifeq ($(TSAN),1)
DENET_CFLAGS += -fsanitize=thread -fno-omit-frame-pointer
DENET_LDFLAGS += -fsanitize=thread
endif

# Where <asm/types.h> lies. Not every compiler can say it; that of the machine then does.
BPF_MULTIARCH ?= $(shell for cc in $(CC) cc gcc clang; do \
	name=$$($$cc -print-multiarch 2>/dev/null) && test -n "$$name" && break; \
	done; echo "$${name:-$$(uname -m)-linux-gnu}")
BPF_CODE_CFLAGS := -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter \
	-Iinclude -Ibpf -idirafter /usr/include/$(BPF_MULTIARCH)
BPF_CFLAGS := $(BPF_CODE_CFLAGS) $(SAME_ANYWHERE)

# A tree of sources each: the library, the command line, and what only tests use.
LIB_DIRS := util probe procfs poller source tree metrics engine record launch doctor follow api analysis
LIB_SRC := $(sort $(foreach d,$(LIB_DIRS),$(wildcard user/$(d)/*.c)))
CLI_SRC := $(sort $(wildcard user/format/*.c user/report/*.c user/output/*.c user/rights/*.c user/cli/*.c)) user/main.c
# A program of its own, which `denet-bpf host` executes.
HOST_SRC := $(sort $(wildcard user/host/*.c user/hostprobe/*.c user/config/*.c user/names/*.c user/http/*.c \
	user/expose/*.c user/serve/*.c user/push/*.c user/alert/*.c user/agent/*.c))
# The owner of the maps comes first: bpftool takes the layout of .maps from there.
BPF_SRC := bpf/tree/lifecycle.bpf.c bpf/tree/cpu.bpf.c bpf/tree/signal.bpf.c bpf/tree/sample.bpf.c bpf/tree/seed.bpf.c bpf/tree/slot.bpf.c

PUBLIC_HEADERS := $(wildcard include/denet/*.h)

LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o) $(BUILD)/user/report/html_page.o
HOST_OBJ := $(HOST_SRC:%.c=$(BUILD)/%.o) $(BUILD)/user/serve/page_html.o
BPF_OBJ := $(BPF_SRC:%.c=$(BUILD)/%.o)
# With what only a cgroup that is followed takes: libbpf can leave that out, the light skeleton cannot.
WHOLE_OBJ := $(BPF_OBJ) $(BUILD)/bpf/tree/group.bpf.o
SKELETONS := $(BUILD)/bpf/whole.skel.h $(BUILD)/bpf/denet.lskel.h \
	$(BUILD)/bpf/edges.skel.h $(BUILD)/bpf/edges.lskel.h \
	$(BUILD)/bpf/members.skel.h $(BUILD)/bpf/members.lskel.h \
	$(BUILD)/bpf/net.skel.h

# Charts of a report: both files or none.
DYGRAPHS ?= /usr/share/javascript/dygraphs
CHARTS := $(wildcard $(DYGRAPHS)/dygraph.min.js)
CHARTS += $(if $(CHARTS),$(wildcard $(DYGRAPHS)/dygraph.min.css))

INSIDE := $(BUILD)/inside.a
LIBS := -lbpf -lelf -lz -lm -pthread

# What was built with other flags is built anew: these files hold them.
FLAGS := $(BUILD)/flags
BPF_FLAGS := $(BUILD)/bpf-flags
PLACES := $(BUILD)/places
PROGRAM_PLACE := $(BUILD)/tests/program/place
CHARTS_KNOWN := $(BUILD)/charts

# What the host's program links beside them; without one of these it is not built.
HOST_LIBS = $(if $(HOST_LACKS),,-lyaml $(if $(CJSON),-lcjson) -lmicrohttpd -lgnutls $(CURL) -lcrypt -lseccomp -lncursesw -ltinfo)
has_header = $(shell printf '\043include <$(1)>\n' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes)
HOST_NEEDS := libyaml:yaml.h libmicrohttpd:microhttpd.h gnutls:gnutls/gnutls.h libcurl:curl/curl.h libcrypt:crypt.h \
	libseccomp:seccomp.h ncurses:ncurses.h
HOST_LACKS := $(strip $(foreach n,$(HOST_NEEDS),$(if $(call has_header,$(lastword $(subst :, ,$(n)))),,$(firstword $(subst :, ,$(n))))))
# Of the two flavours that Debian has, the one with the TLS that the listener has.
CURL := $(if $(filter /%,$(shell $(CC) -print-file-name=libcurl-gnutls.so)),-lcurl-gnutls,-lcurl)
# Debian has no static GnuTLS.
HOST_LACKS := $(strip $(HOST_LACKS) $(if $(filter 1,$(STATIC)),static-libraries))
HOST := $(if $(HOST_LACKS),host-left-out,$(BUILD)/denet-bpf-host)

# By cJSON it reads what runtimes write of their containers; where none can be linked, as no static one of Debian's
# can, a container is called as its path has it.
CJSON := $(if $(filter 1,$(STATIC)),$(filter /%,$(shell $(CC) -print-file-name=libcjson.a)),$(call has_header,cjson/cJSON.h))
DENET_CFLAGS += $(if $(CJSON),,-DDENET_WITHOUT_CJSON)

ifeq ($(STATIC),1)
all: $(BUILD)/denet-bpf $(HOST) $(BUILD)/libdenet.a
else
all: $(BUILD)/denet-bpf $(HOST) $(BUILD)/libdenet.a $(BUILD)/libdenet.so
endif

host-left-out:
	@echo 'denet-bpf-host is left out: not here: $(HOST_LACKS) (Debian: packaging/install-deps build)'

include $(wildcard tests/*.mk)

# --- flags ---------------------------------------------------------------------------------------

$(FLAGS): told := $(CC) $(DENET_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) $(AR)
$(BPF_FLAGS): told := $(CLANG) $(BPF_CFLAGS) $(BPFTOOL)
$(PLACES): told := $(LIBEXECDIR)
$(CHARTS_KNOWN): told := $(CHARTS)

# Written only when it changes: what depends on it is older then.
$(FLAGS) $(BPF_FLAGS) $(PLACES) $(PROGRAM_PLACE) $(CHARTS_KNOWN): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(told))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(told))' >$@

FORCE:

# --- kernel side -------------------------------------------------------------------------------

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c $(BPF_FLAGS)
	@mkdir -p $(@D)
	$(say) BPF $@
	$(Q)$(CLANG) $(BPF_CFLAGS) -isystem vmlinux -MMD -MP -c $< -o $@

# Linking drops the DWARF, which is nine tenths of the object.
$(BUILD)/bpf/denet.linked.o: $(BPF_OBJ)
	$(say) LINK $@
	$(Q)$(BPFTOOL) gen object $@ $(BPF_OBJ)

$(BUILD)/bpf/whole.linked.o: $(WHOLE_OBJ)
	$(say) LINK $@
	$(Q)$(BPFTOOL) gen object $@ $(WHOLE_OBJ)

$(BUILD)/bpf/edges.linked.o: $(BUILD)/bpf/edges/edges.bpf.o
$(BUILD)/bpf/members.linked.o: $(BUILD)/bpf/members/members.bpf.o
$(BUILD)/bpf/net.linked.o: $(BUILD)/bpf/net/net.bpf.o
$(BUILD)/bpf/host.linked.o: $(BUILD)/bpf/host/host.bpf.o
$(BUILD)/bpf/events.linked.o: $(BUILD)/bpf/host/events.bpf.o
$(BUILD)/bpf/edges.linked.o $(BUILD)/bpf/members.linked.o $(BUILD)/bpf/net.linked.o $(BUILD)/bpf/host.linked.o \
		$(BUILD)/bpf/events.linked.o:
	$(say) LINK $@
	$(Q)$(BPFTOOL) gen object $@ $<

$(BUILD)/bpf/%.skel.h: $(BUILD)/bpf/%.linked.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name $*_skel > $@

$(BUILD)/bpf/%.lskel.h: $(BUILD)/bpf/%.linked.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton -L $< name $*_lskel > $@

# --- user side ---------------------------------------------------------------------------------

$(filter $(BUILD)/user/probe/%,$(LIB_OBJ)): $(SKELETONS)
# Loaded once in the life of a service: libbpf's skeleton alone.
$(filter $(BUILD)/user/hostprobe/%,$(HOST_OBJ)): $(BUILD)/bpf/host.skel.h $(BUILD)/bpf/events.skel.h

$(BUILD)/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(DENET_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# The one object that knows where we are installed.
$(BUILD)/user/cli/program.o: private DENET_CFLAGS += -DDENET_LIBEXECDIR='"$(LIBEXECDIR)"'
$(BUILD)/user/cli/program.o: $(PLACES)

# The page of a report, around its data.
$(BUILD)/user/report/html_page.c: $(wildcard share/web/*) $(CHARTS) $(CHARTS_KNOWN)
	@mkdir -p $(@D)
	$(say) PAGE $@
	$(Q)share/web/assemble $@ $(if $(word 2,$(CHARTS)),$(CHARTS))

$(BUILD)/user/report/html_page.o: $(BUILD)/user/report/html_page.c $(FLAGS)
	$(say) CC $@
	$(Q)$(CC) $(DENET_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# The page that the service has.
$(BUILD)/user/serve/page_html.c: $(wildcard share/web/host/*) share/web/page.css share/web/parts.sh
	@mkdir -p $(@D)
	$(say) PAGE $@
	$(Q)share/web/host/assemble $@

$(BUILD)/user/serve/page_html.o: $(BUILD)/user/serve/page_html.c $(FLAGS)
	$(say) CC $@
	$(Q)$(CC) $(DENET_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# For ourselves: the library with all its names.
$(INSIDE): $(LIB_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# For others: one object, of which denet_* can be seen. With LTO it has to be compiled here.
$(BUILD)/libdenet.o: $(LIB_OBJ) $(FLAGS)
	$(say) LD $@
	$(Q)$(CC) -r -nostdlib $(if $(findstring -flto,$(CFLAGS)),$(CFLAGS) -flinker-output=nolto-rel) \
		-o $@ $(LIB_OBJ)
	$(Q)$(OBJCOPY) --wildcard --keep-global-symbol='denet_*' $@

$(BUILD)/libdenet.a: $(BUILD)/libdenet.o
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $<

$(BUILD)/libdenet.so: $(LIB_OBJ) user/libdenet.map $(FLAGS)
	$(say) LD $@
	$(Q)$(CC) -shared -Wl,-soname,libdenet.so.0 -Wl,--version-script=user/libdenet.map \
		$(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIBS)

$(BUILD)/denet-bpf: $(CLI_OBJ) $(INSIDE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/denet-bpf-host: $(HOST_OBJ) $(filter $(BUILD)/user/output/% $(BUILD)/user/format/% $(BUILD)/user/rights/%,$(CLI_OBJ)) $(INSIDE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $^ $(HOST_LIBS) $(LIBS)

# Needs a kernel with BTF; the result is checked in.
vmlinux:
	vmlinux/generate vmlinux/vmlinux.h $(BUILD)/vmlinux $(CLANG) $(BPFTOOL) $(BPF_CFLAGS)

# --- what people call --------------------------------------------------------------------------

help:
	@echo 'make             build/denet-bpf, build/denet-bpf-host, build/libdenet.a, build/libdenet.so'
	@echo 'make demo        install what is missing, build, run on a real job (Debian, root)'
	@echo 'make demo-host   the same for denet-bpf host, beside three containers or cgroups (root)'
	@echo 'make check       install what is missing, build, run the core of the tests (Debian, root)'
	@echo 'make check-all   that, and all that takes more packages, other systems, more time'
	@echo 'make check-unit  the tests that need no root'
	@echo 'make check-tsan  several monitors and threads under ThreadSanitizer'
	@echo 'make check-bpf   CPU, memory and membership against a cgroup (root)'
	@echo 'make check-e2e   the binary, option by option (root)'
	@echo 'make check-api   the installed library with its documented example'
	@echo 'make check-abi   that libdenet.so is what its users were built with; make abi accepts it'
	@echo 'make check-python  the Python package in three modes, and its wheel'
	@echo 'make check-py-extra  with large packages, under every Python here'
	@echo 'make check-build  paths with spaces, other flags, clang, the same bytes elsewhere'
	@echo 'make check-wheels  those of make wheels, in a root of Debian 11 and as arm64; the sdist'
	@echo 'make wheel       build/python/wheel/denet_bpf-*.whl, with libdenet inside'
	@echo 'make wheels      portable ones for x86-64 and arm64: build/portable/wheels; also sdist'
	@echo 'make check-fuzz  10 s of fuzzing for each target'
	@echo 'make check-web   records in a page, by a browser; also check-servers, check-runtimes'
	@echo 'make check-distro  on other releases of Debian: DISTROS="trixie"'
	@echo 'make check-vm    the same on other kernels under qemu: KERNELS="6.1"'
	@echo 'make bench       the tables of docs/benchmarks.md'
	@echo 'make bench-host  denet-bpf-host on a crowded machine, beside exporters'
	@echo 'make bench-web   a report of 100,000 processes: to write, to open, to move in'
	@echo 'make lint        format, clang-tidy, cppcheck, gcc -fanalyzer, includes, headers'
	@echo 'make format      lay out all sources'
	@echo 'make gallery     pictures of docs/gallery.md, of runs on this machine'
	@echo 'make docs        manual pages, completions, docs/{options,records}.md, as the program prints them'
	@echo 'make vmlinux     write vmlinux/vmlinux.h anew'
	@echo 'make install     to DESTDIR, PREFIX=$(PREFIX); SETCAP=1: for every user; also uninstall'
	@echo 'make clean       remove build/'
	@echo 'Variables: STATIC=1 one static binary; SAN=1 with sanitizers; V=1 show commands; WERROR=1'

demo:
	@packaging/install-deps demo
	@$(MAKE) --no-print-directory all
	@tests/demo $(BUILD)/denet-bpf

demo-host:
	@packaging/install-deps demo
	@$(MAKE) --no-print-directory all
	@tests/demo-host $(BUILD)/denet-bpf

# A make of its own for each part: what was installed a moment ago has to be seen, and what fails in
# one does not keep the others from running. The sum of their tests comes last.
# What waits and measures goes in two rows, which would leave processors idle: beside them, at a lower priority,
# what only computes, or loads no BPF. No two rows build the same at a time.
CHECK_WAITING := check-unit check-bpf check-e2e-exact check-api
CHECK_ALONG := build-san check-san-e2e-exact build-tsan check-tsan check-python
CHECK_BESIDE := check-fuzz check-e2e-proc check-san-unit check-san-e2e-proc
CHECK_PARTS := $(CHECK_WAITING) $(CHECK_ALONG:%=--along %) $(CHECK_BESIDE:%=--beside %) \
	--after check-san-unit=build-san
CHECK_MORE := lint check-abi check-build check-py-extra check-wheels check-web check-servers check-runtimes \
	check-distro check-vm
SUITE = MAKE="$(MAKE)" tests/suite/run.py --build $(BUILD)

check:
	@packaging/install-deps check
	@tests/suite/test_counts.py
	@$(SUITE) --first all --first build-e2e $(CHECK_PARTS)

check-all:
	@packaging/install-deps check fuzz
	@tests/suite/test_counts.py
	@$(SUITE) --first all --first build-e2e $(CHECK_PARTS) $(CHECK_MORE:%=--then %)

# What runs for every change. The last ones only while there is time: half an hour for all, but on a
# machine of half our speed, too. check-py-extra, check-distro and check-wheels fetch more than fits into that.
CI_SECONDS ?= 1400
# So many tests may have failed for what they ran beside, if they pass alone: named "unsteady" at the end.
AGAIN ?= 3
CI_LATER := check-build check-runtimes check-servers check-web check-repeat

check-ci:
	@packaging/install-deps check fuzz lint abi
	@tests/suite/test_counts.py
	@echo 'not here: check-vm, which boots seven kernels under emulation; check-py-extra, check-distro, check-wheels: large'
	@$(SUITE) --again $(AGAIN) --seconds $(CI_SECONDS) --first all --first build-e2e $(CHECK_PARTS) --beside lint --beside check-abi \
		$(CI_LATER:%=--later %)

# What waits, counts or races, N times in each setting. Of the others each has to pass 20 of 20 before
# it may stop a change here: bpf:test_attach bpf:test_samples bpf:test_lifecycle e2e:test_signals come next.
REPEAT ?= 2
REPEAT_PARTS ?= threads

check-repeat:
	$(Q)BUILD=$(BUILD) MAKE="$(MAKE)" E2E_MODES=root tests/repeat $(REPEAT) $(REPEAT_PARTS)

build-san:
	$(Q)$(MAKE) --no-print-directory SAN=1 BUILD=$(BUILD)/san all build-unit build-e2e

check-san-unit:
	$(Q)$(MAKE) --no-print-directory SAN=1 BUILD=$(BUILD)/san check-unit

check-san-e2e check-san-e2e-proc check-san-e2e-exact: check-san-%:
	$(Q)$(MAKE) --no-print-directory SAN=1 BUILD=$(BUILD)/san check-$*

install: all
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(LIBDIR)/pkgconfig" "$(DESTDIR)$(INCLUDEDIR)/denet"
	install -m 755 $(BUILD)/denet-bpf "$(DESTDIR)$(BINDIR)/denet-bpf"
ifeq ($(SETCAP),1)
	PATH="$$PATH:/usr/sbin:/sbin" setcap $(FILE_CAPS)=p "$(DESTDIR)$(BINDIR)/denet-bpf"
endif
ifeq ($(HOST_LACKS),)
	install -d "$(DESTDIR)$(LIBEXECDIR)/denet-bpf"
	install -m 755 $(BUILD)/denet-bpf-host "$(DESTDIR)$(LIBEXECDIR)/denet-bpf/denet-bpf-host"
	install -d "$(DESTDIR)$(UNITDIR)"
	sed -e 's|/usr/bin/denet-bpf|$(BINDIR)/denet-bpf|' share/systemd/denet-bpf-host.service \
		>"$(DESTDIR)$(UNITDIR)/denet-bpf-host.service"
endif
	install -m 644 $(PUBLIC_HEADERS) "$(DESTDIR)$(INCLUDEDIR)/denet"
	install -m 644 $(BUILD)/libdenet.a "$(DESTDIR)$(LIBDIR)/libdenet.a"
ifneq ($(STATIC),1)
	install -m 755 $(BUILD)/libdenet.so "$(DESTDIR)$(LIBDIR)/libdenet.so.$(VERSION)"
	ln -sf libdenet.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/libdenet.so.0"
	ln -sf libdenet.so.0 "$(DESTDIR)$(LIBDIR)/libdenet.so"
endif
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
		-e 's|@VERSION@|$(VERSION)|' packaging/denet.pc.in \
		>"$(DESTDIR)$(LIBDIR)/pkgconfig/denet.pc"

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/denet-bpf" "$(DESTDIR)$(LIBEXECDIR)/denet-bpf/denet-bpf-host" \
		"$(DESTDIR)$(UNITDIR)/denet-bpf-host.service"
	for header in $(PUBLIC_HEADERS:include/%=%); do rm -f "$(DESTDIR)$(INCLUDEDIR)/$$header"; done
	for name in libdenet.a libdenet.so libdenet.so.0 libdenet.so.$(VERSION) pkgconfig/denet.pc; do \
		rm -f "$(DESTDIR)$(LIBDIR)/$$name"; \
	done
	-rmdir "$(DESTDIR)$(INCLUDEDIR)/denet" "$(DESTDIR)$(LIBEXECDIR)/denet-bpf"

clean:
	rm -rf build

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(HOST_OBJ:.o=.d) $(WHOLE_OBJ:.o=.d) $(BUILD)/bpf/edges/edges.bpf.d \
	$(BUILD)/bpf/members/members.bpf.d $(BUILD)/bpf/net/net.bpf.d $(BUILD)/bpf/host/host.bpf.d $(BUILD)/bpf/host/events.bpf.d

.PHONY: all host-left-out help demo demo-host check check-all check-ci check-repeat build-san check-san-unit check-san-e2e check-san-e2e-proc check-san-e2e-exact install uninstall vmlinux clean FORCE
.DELETE_ON_ERROR:
