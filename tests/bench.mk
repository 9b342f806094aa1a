# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# `make bench` prints the tables of docs/benchmarks.md. Peers are measured when they are installed.
# `make bench BENCH=--quick` takes a minute instead of ten.

BENCH ?=

BENCH_BIN := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))

$(BUILD)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) -std=gnu17 -D_GNU_SOURCE $(WARNINGS) -O2 -static $< -o $@

# Below the library: they ask the source itself.
$(BUILD)/tests/bench/samples $(BUILD)/tests/bench/programs: $(BUILD)/tests/bench/%: tests/bench/%.c $(BUILD)/inside.a
	@mkdir -p $(@D)
	$(say) CCLD $@
	$(Q)$(CC) $(DENET_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $< \
		$(BUILD)/inside.a $(LIBS)

bench: $(BUILD)/denet-bpf $(BENCH_BIN) workloads
	@python3 tests/bench/bench.py --build $(BUILD) $(BENCH)

# Another build on the same work, in turns with this one: make bench-paired OLD=.../denet-bpf
PAIRS ?= 10

bench-paired: $(BUILD)/denet-bpf $(BENCH_BIN) workloads
	@python3 tests/bench/paired.py --build $(BUILD) --pairs $(PAIRS) $(OLD) $(BUILD)/denet-bpf

# What the summary costs at the end.
bench-end: $(BUILD)/denet-bpf $(BENCH_BIN) workloads
	@python3 tests/bench/paired.py --build $(BUILD) --pairs $(PAIRS) --end $(BUILD)/denet-bpf

# The host's program on a crowded machine, beside exporters: `make bench-host BENCH=--quick` takes a minute.
bench-host: $(BUILD)/denet-bpf-host $(BENCH_BIN) workloads
	@packaging/install-deps bench-host
	@python3 tests/bench/host.py --build $(BUILD) $(BENCH)

# Half an hour of the service, with a target that is down for a third of it; fails where it grows.
MINUTES ?= 30
bench-soak: $(BUILD)/denet-bpf-host
	@python3 tests/bench/soak.py --build $(BUILD) --minutes $(MINUTES)

# What Prometheus' text costs it, and whole scrapes, beside a look and process-exporter: needs no root, and 70 seconds.
bench-exposed: $(BUILD)/denet-bpf-host
	@python3 tests/bench/exposed.py --build $(BUILD) $(BENCH)

# Blocks of Python and pytest --denet, as root; beside another library: make bench-blocks OLD=.../libdenet.so
bench-blocks: $(BUILD)/libdenet.so
	@$(MAKE) --no-print-directory $(PY_VENV)/.complete
	@python3 tests/bench/blocks.py --build $(BUILD) --python $(abspath $(PY_VENV))/bin/python $(OLD:%=--old %)

.PHONY: bench bench-paired bench-end bench-host bench-soak bench-exposed bench-blocks
