# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# A line of the table from what the guest said. Variables: name, seconds. Fails unless all passed.

/^BOOTED / { release = $2 }
/^FACT load / { load = substr($0, 11) }
/^FACT source / { source = $3 }
/^FACT missing / { missing = missing (missing ? ", " : "") substr($0, 14) }
# A test that failed or was skipped is named once more at the end of its program.
/^\[ +(OK|FAILED|SKIPPED) +\] [a-z]/ { state[$4] = $2 }
/^E2E / { e2e[$2]++ }
/^AGAIN / { again = again " " $2 }
/^RESULT / { if ($3 != 0) failed = failed " " $2 }
/^DONE/ { done = 1 }

END {
	for (test in state)
		bpf[state[test]]++
	if (!release)
		verdict = "FAILED: did not boot"
	else if (!done)
		verdict = "FAILED: did not come to the end"
	else
		verdict = failed ? "FAILED:" failed : again ? "ok, at the second try:" again : "ok"
	printf "%s|%s|%s|%s|%d/%d/%d|%d/%d/%d|%s|%d s|%s\n", name, release, source, load,
		bpf["OK"], bpf["FAILED"], bpf["SKIPPED"], e2e["ok"], e2e["FAILED"], e2e["skip"],
		missing ? missing : "-", seconds, verdict
	exit verdict !~ /^ok/
}
