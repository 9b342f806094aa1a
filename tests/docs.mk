# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# What is printed from the tables of commands and options and checked in: manual pages, completions,
# docs/options.md, docs/records.md, docs/host.md. `make docs` writes them anew, lint holds them, install puts them in place.

MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
SQLDIR ?= $(PREFIX)/share/denet-bpf/sql
PROMETHEUSDIR ?= $(PREFIX)/share/denet-bpf/prometheus
GRAFANADIR ?= $(PREFIX)/share/denet-bpf/grafana
ALERTSDIR ?= $(PREFIX)/share/denet-bpf/alerts
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

docs: $(BUILD)/denet-bpf $(BUILD)/denet-bpf-host
	$(Q)tests/docs/print $(BUILD)/denet-bpf .

lint: lint-docs lint-completions

lint-docs: lint-deps $(BUILD)/denet-bpf $(BUILD)/denet-bpf-host
	$(say) DOCS sources
	$(Q)tests/docs/check $(BUILD)/denet-bpf $(BUILD)/docs

# Asks the shells themselves.
lint-completions: lint-deps $(BUILD)/denet-bpf
	$(say) SHELLS sources
	$(Q)python3 tests/docs/completions.py $(BUILD)/denet-bpf >$(BUILD)/completions.log 2>&1 || \
		{ cat $(BUILD)/completions.log; exit 1; }

install: install-docs
uninstall: uninstall-docs

install-docs:
	install -d "$(DESTDIR)$(MANDIR)/man1" "$(DESTDIR)$(BASHDIR)" "$(DESTDIR)$(ZSHDIR)" "$(DESTDIR)$(FISHDIR)"
	install -m 644 share/man/man1/*.1 "$(DESTDIR)$(MANDIR)/man1"
	install -d "$(DESTDIR)$(SQLDIR)" "$(DESTDIR)$(PROMETHEUSDIR)" "$(DESTDIR)$(GRAFANADIR)"
	install -m 644 share/sql/host-*.sql "$(DESTDIR)$(SQLDIR)"
	install -m 644 share/prometheus/denet-alerts.yml "$(DESTDIR)$(PROMETHEUSDIR)"
	install -m 644 share/grafana/denet-host.json "$(DESTDIR)$(GRAFANADIR)"
	install -d "$(DESTDIR)$(ALERTSDIR)"
	install -m 644 share/alerts/*.yml "$(DESTDIR)$(ALERTSDIR)"
	install -m 644 share/completions/denet-bpf.bash "$(DESTDIR)$(BASHDIR)/denet-bpf"
	install -m 644 share/completions/_denet-bpf "$(DESTDIR)$(ZSHDIR)/_denet-bpf"
	install -m 644 share/completions/denet-bpf.fish "$(DESTDIR)$(FISHDIR)/denet-bpf.fish"

uninstall-docs:
	for page in share/man/man1/*.1; do rm -f "$(DESTDIR)$(MANDIR)/man1/$${page##*/}"; done
	rm -f "$(DESTDIR)$(BASHDIR)/denet-bpf" "$(DESTDIR)$(ZSHDIR)/_denet-bpf" \
		"$(DESTDIR)$(FISHDIR)/denet-bpf.fish"
	for file in share/sql/host-*.sql; do rm -f "$(DESTDIR)$(SQLDIR)/$${file##*/}"; done
	rm -f "$(DESTDIR)$(PROMETHEUSDIR)/denet-alerts.yml" "$(DESTDIR)$(GRAFANADIR)/denet-host.json"
	for file in share/alerts/*.yml; do rm -f "$(DESTDIR)$(ALERTSDIR)/$${file##*/}"; done
	-rmdir "$(DESTDIR)$(SQLDIR)" "$(DESTDIR)$(PROMETHEUSDIR)" "$(DESTDIR)$(GRAFANADIR)" "$(DESTDIR)$(ALERTSDIR)"

.PHONY: docs lint-docs lint-completions install-docs uninstall-docs
