#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# What the templates of this folder have in common: finds or fetches denet-bpf, and runs a command by it.
# All is said by variables: DENET_CI_RUN the command, for sh; DENET_CI_BUDGETS one budget a line;
# DENET_CI_RECORDS a file for records; and one of DENET_CI_BINARY, DENET_CI_URL with DENET_CI_SHA256, or
# none for a build of the sources that this file stands in.
set -eu

fail() {
	echo "denet-bpf: $*" >&2
	exit 125
}

[ -n "${DENET_CI_RUN:-}" ] || fail 'DENET_CI_RUN, the command, is empty'
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() {
	[ -n "${DENET_CI_SHA256:-}" ] || fail 'DENET_CI_URL needs DENET_CI_SHA256: what is fetched is run'
	curl --fail --silent --show-error --location --output "$work/denet-bpf" -- "$DENET_CI_URL" ||
		fail "cannot fetch '$DENET_CI_URL'"
	echo "$DENET_CI_SHA256  $work/denet-bpf" | sha256sum -c - >/dev/null 2>&1 ||
		fail "what '$DENET_CI_URL' gave has another SHA-256"
	chmod 755 "$work/denet-bpf"
	binary=$work/denet-bpf
}

build() {
	make -C "$here/../.." -s -j"$(nproc)" build/denet-bpf >&2 || fail 'cannot build: docs/ci.md names the packages'
	binary=$here/../../build/denet-bpf
}

if [ -n "${DENET_CI_BINARY:-}" ]; then
	binary=$DENET_CI_BINARY
elif [ -n "${DENET_CI_URL:-}" ]; then
	fetch
else
	build
fi
[ -x "$binary" ] || fail "'$binary' cannot be executed"

set -- run --ci --heartbeat 60
if [ -n "${DENET_CI_BUDGETS:-}" ]; then
	printf '%s\n' "$DENET_CI_BUDGETS" >"$work/budgets"
	set -- "$@" --budget "$work/budgets"
fi
[ -z "${DENET_CI_RECORDS:-}" ] || set -- "$@" --out "$DENET_CI_RECORDS"
[ -z "${DENET_CI_JUNIT:-}" ] || set -- "$@" --summary "$DENET_CI_JUNIT"
[ -z "${DENET_CI_METRICS:-}" ] || set -- "$@" --summary "$DENET_CI_METRICS"

# As whoever calls: without rights figures are lower bounds, and the run says so.
status=0
"$binary" "$@" -- sh -c "$DENET_CI_RUN" || status=$?
exit "$status"
