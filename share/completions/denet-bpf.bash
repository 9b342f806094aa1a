# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Completions of denet-bpf for bash. Printed by the program: see `make docs`.

_denet_bpf_takes_value() # COMMAND OPTION
{
	case $1:$2 in
	*:-o | *:--out | *:--format | *:--children | *:--label | *:--compat | *:-i | *:--interval | *:-m | *:--max-interval | *:-d | *:--duration | *:--accounting | *:--proc-root | *:--by | *:--under | *:--sort | *:--top | *:--color | *:-u | *:--user | *:--cgroup | *:--container | *:--also-cgroup | *:--fail-if | *:--budget | *:--summary | *:--push | *:--heartbeat | bench:-n | *:--runs | *:--warmup | *:--vs | *:--sweep | *:--prepare | *:--export | *:--keep | *:--to | *:--tracks | *:-r | *:--recursive | *:--group-by) return 0 ;;
	esac
	return 1
}

_denet_bpf_value() # COMMAND:OPTION CURRENT
{
	case $1 in
	*:-o | *:--out) _denet_bpf_files "$2" ;;
	*:--format) _denet_bpf_words "$2" 'jsonl json csv' ;;
	*:--children) _denet_bpf_words "$2" 'all none top:' ;;
	*:--compat) _denet_bpf_words "$2" 'denet' ;;
	*:--accounting) _denet_bpf_words "$2" 'auto bpf proc' ;;
	*:--proc-root) _denet_bpf_files "$2" ;;
	*:--by) _denet_bpf_words "$2" 'comm cmd exe subtree cgroup user' ;;
	*:--sort) _denet_bpf_words "$2" 'cpu wall peak runs start status label host job user command file' ;;
	*:--color) _denet_bpf_words "$2" 'auto always never' ;;
	*:-u | *:--user) mapfile -t COMPREPLY < <(compgen -u -- "$2") ;;
	*:--cgroup) _denet_bpf_files "$2" ;;
	*:--also-cgroup) _denet_bpf_files "$2" ;;
	*:--budget) _denet_bpf_files "$2" ;;
	*:--summary) _denet_bpf_files "$2" ;;
	*:--export) _denet_bpf_files "$2" ;;
	*:--keep) _denet_bpf_files "$2" ;;
	*:--to) _denet_bpf_words "$2" 'csv trace folded snakemake nextflow time-v prom influx md' ;;
	*:--tracks) _denet_bpf_words "$2" 'lanes process' ;;
	*:-r | *:--recursive) _denet_bpf_files "$2" ;;
	*:--group-by) _denet_bpf_words "$2" 'run label host job user command' ;;
	esac
}

_denet_bpf_options() # COMMAND
{
	case $1 in
	run) echo -j --json -o --out --format --children --label --write-env --compat -i --interval -m --max-interval -d --duration --no-polling --wait-all --exclude-children --pss --no-pss --accounting --net --own-cgroup --proc-root --live -n --no-update --by --under --sort --top -q --quiet -v --verbose --color -u --user --clean-env -h --help -V --version --also-cgroup --fail-if --budget --strict --summary --ci --push --heartbeat ;;
	attach) echo -j --json -o --out --format --children --label --write-env --compat -i --interval -m --max-interval -d --duration --no-polling --wait-all --exclude-children --since-process-start --pss --no-pss --accounting --net --proc-root -n --no-update --by --under --sort --top -q --quiet -v --verbose --color -h --help -V --version --cgroup --container --fail-if --budget --strict --summary --ci --heartbeat ;;
	stats | summary) echo -j --json -o --out --by --under --sort --top -q --quiet -v --verbose --color -h --help -V --version --fail-if --budget --strict --summary --ci -r --recursive --group-by --csv ;;
	convert) echo -o --out -q --quiet -h --help -V --version --to --processes --tracks ;;
	diff) echo -j --json -o --out --top -v --verbose -h --help -V --version --fail-if --md ;;
	bench) echo -j --json -i --interval -m --max-interval --no-polling --no-pss --accounting --top -q --quiet -v --verbose --color -u --user --clean-env -h --help -V --version --fail-if --budget --strict --md -n --runs --warmup --vs --sweep --prepare -N --no-shell --ignore-failure --show-output --export --keep ;;
	report) echo -o --out -q --quiet -h --help -V --version ;;
	doctor) echo -j --json -o --out --proc-root -q --quiet --color -h --help -V --version ;;
	host) echo ;;
	help) echo -j --json -h --help -V --version ;;
	'') echo -j --json -o --out --format --children --label --write-env --compat -i --interval -m --max-interval -d --duration --no-polling --wait-all --exclude-children --since-process-start --pss --no-pss --accounting --net --own-cgroup --proc-root --live -n --no-update --by --under --sort --top -q --quiet -v --verbose --color -u --user --clean-env -h --help -V --version --cgroup --container --also-cgroup --fail-if --budget --strict --summary --ci --push --heartbeat --md -n --runs --warmup --vs --sweep --prepare -N --no-shell --ignore-failure --show-output --export --keep --to --processes --tracks -r --recursive --group-by --csv ;;
	esac
}

_denet_bpf_operand() # COMMAND CURRENT
{
	case $1 in
	run) compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -c -- "$2" | sort -u) ;;
	attach) _denet_bpf_words "$2" "$(cd /proc && echo [0-9]*)" ;;
	stats | summary) _denet_bpf_files "$2" ;;
	convert) _denet_bpf_files "$2" ;;
	diff) _denet_bpf_files "$2" ;;
	bench) compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -c -- "$2" | sort -u) ;;
	report) _denet_bpf_files "$2" ;;
	doctor) ;;
	host) ;;
	help) _denet_bpf_words "$2" 'run attach stats summary convert diff bench report doctor host help options records man bash zsh fish' ;;
	'') _denet_bpf_words "$2" 'run attach stats summary convert diff bench report doctor host help' ;;
	esac
}

_denet_bpf()
{
	local current=${COMP_WORDS[COMP_CWORD]}
	local command='' word='' wants='' is_past_options='' at=0
	COMPREPLY=()
	for ((at = 1; at < COMP_CWORD; at++)); do
		word=${COMP_WORDS[at]}
		if [[ $wants ]]; then
			[[ $word == = ]] || wants=''
		elif [[ $word == -- && $command ]]; then
			is_past_options=1
		elif [[ $word == -* && ! $is_past_options ]]; then
			_denet_bpf_takes_value "$command" "$word" && wants=$command:$word
		elif [[ ! $command ]]; then
			command=$word
		elif [[ $command == run ]]; then
			_denet_bpf_delegate "$at"
			return
		fi
	done
	[[ $current == = ]] && current=''
	if [[ $wants ]]; then
		_denet_bpf_value "$wants" "$current"
	elif [[ $current == -* && ! $is_past_options ]]; then
		_denet_bpf_words "$current" "$(_denet_bpf_options "$command")"
	else
		_denet_bpf_operand "$command" "$current"
	fi
}

_denet_bpf_words() # CURRENT WORDS
{
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

_denet_bpf_files() # CURRENT
{
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# What CMD takes is for its own completion, where there is one.
_denet_bpf_delegate() # INDEX-OF-CMD
{
	if declare -F _comp_command_offset >/dev/null; then
		_comp_command_offset "$1"
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	else
		_denet_bpf_files "${COMP_WORDS[COMP_CWORD]}"
	fi
}

complete -F _denet_bpf denet-bpf
