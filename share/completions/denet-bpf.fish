# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# Completions of denet-bpf for fish. Printed by the program: see `make docs`.

function __denet_bpf_words
    set -l takers -o --out --format --children --label --compat -i --interval -m --max-interval -d --duration --accounting --proc-root --by --under --sort --top --color -u --user --cgroup --container --also-cgroup --fail-if --budget --summary --push --heartbeat --runs bench:-n --warmup --vs --sweep --prepare --export --keep --to --tracks -r --recursive --group-by
    set -l words (commandline -opc)
    set -l command
    set -l wants
    set -l is_past_options
    for i in (seq 2 (count $words))
        set -l word $words[$i]
        if test -n "$wants"
            set wants
        else if string match -q -- -- "$word"; and test -n "$command" -a -z "$is_past_options"
            set is_past_options 1
        else if string match -q -- '-*' "$word"; and test -z "$is_past_options"
            contains -- "$word" $takers; or contains -- "$command:$word" $takers; and set wants 1
        else if test -z "$command"
            set command $word
            echo $word
        else if test "$command" = run
            printf '%s\n' $words[$i..-1]
            return
        else
            echo $word
        end
    end
end

# True where the command is one of these and its operand is still to come.
function __denet_bpf_is
    set -l words (__denet_bpf_words)
    test (count $words) -eq 1; and contains -- $words[1] $argv
end

# True where options of one of these commands may stand.
function __denet_bpf_has
    set -l words (__denet_bpf_words)
    test (count $words) -eq 0; and return
    contains -- $words[1] $argv; and not __denet_bpf_is_delegated
end

function __denet_bpf_is_delegated
    set -l words (__denet_bpf_words)
    test (count $words) -gt 1; and test $words[1] = run
end

# What CMD takes is for its own completion.
function __denet_bpf_delegate
    set -l words (__denet_bpf_words)
    set -l line (string join ' ' -- (string escape -- $words[2..-1]) (commandline -ct))
    complete -C "$line"
end

complete -c denet-bpf -f
complete -c denet-bpf -n __denet_bpf_is_delegated -a '(__denet_bpf_delegate)'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a run -d 'start CMD, pass its exit status on'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a attach -d 'follow PID and all its descendants'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a stats -d 'sum up files of ours or of denet'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a summary -d 'sum up files of ours or of denet'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a convert -d 'a file of records in another format'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a diff -d 'runs of one program against others of it'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a bench -d 'many runs of CMD, or of several in turn'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a report -d 'one page of recorded runs, to look at'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a doctor -d 'what this machine allows, and what would help'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a host -d 'what each container and unit of this machine uses: shown, served, sent'
complete -c denet-bpf -n 'not count (__denet_bpf_words) >/dev/null' -a help -d 'more about a command or another topic'
complete -c denet-bpf -n '__denet_bpf_is help' -a run -d 'start CMD, pass its exit status on'
complete -c denet-bpf -n '__denet_bpf_is help' -a attach -d 'follow PID and all its descendants'
complete -c denet-bpf -n '__denet_bpf_is help' -a stats -d 'sum up files of ours or of denet'
complete -c denet-bpf -n '__denet_bpf_is help' -a summary -d 'sum up files of ours or of denet'
complete -c denet-bpf -n '__denet_bpf_is help' -a convert -d 'a file of records in another format'
complete -c denet-bpf -n '__denet_bpf_is help' -a diff -d 'runs of one program against others of it'
complete -c denet-bpf -n '__denet_bpf_is help' -a bench -d 'many runs of CMD, or of several in turn'
complete -c denet-bpf -n '__denet_bpf_is help' -a report -d 'one page of recorded runs, to look at'
complete -c denet-bpf -n '__denet_bpf_is help' -a doctor -d 'what this machine allows, and what would help'
complete -c denet-bpf -n '__denet_bpf_is help' -a host -d 'what each container and unit of this machine uses: shown, served, sent'
complete -c denet-bpf -n '__denet_bpf_is help' -a help -d 'more about a command or another topic'
complete -c denet-bpf -n '__denet_bpf_is help' -a options -d 'the reference of all options, as Markdown'
complete -c denet-bpf -n '__denet_bpf_is help' -a records -d 'every record, its keys and what they mean, as Markdown'
complete -c denet-bpf -n '__denet_bpf_is help' -a man -d 'the manual page, or that of a command'
complete -c denet-bpf -n '__denet_bpf_is help' -a bash -d 'completions for bash'
complete -c denet-bpf -n '__denet_bpf_is help' -a zsh -d 'completions for zsh'
complete -c denet-bpf -n '__denet_bpf_is help' -a fish -d 'completions for fish'
complete -c denet-bpf -n '__denet_bpf_is run' -a '(__fish_complete_command)'
complete -c denet-bpf -n '__denet_bpf_is attach' -a '(__fish_complete_pids)'
complete -c denet-bpf -n '__denet_bpf_is stats summary' -F
complete -c denet-bpf -n '__denet_bpf_is convert' -F
complete -c denet-bpf -n '__denet_bpf_is diff' -F
complete -c denet-bpf -n '__denet_bpf_is bench' -a '(__fish_complete_command)'
complete -c denet-bpf -n '__denet_bpf_is report' -F
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary diff bench doctor help' -s j -l json -d 'records to stdout, CMD\'s stdout to stderr'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary convert diff report doctor' -s o -l out -r -F -d 'records to FILE'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l format -x -a 'jsonl json csv' -d 'how records are written'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l children -x -a 'all none top:' -d 'processes listed in a sample'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l label -x -d 'what the run is called in its records'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l write-env -d 'begin with a record about this machine'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l compat -x -a 'denet' -d 'only what denet itself would write'
complete -c denet-bpf -n '__denet_bpf_has run attach bench' -s i -l interval -x -d 'between samples in the first second'
complete -c denet-bpf -n '__denet_bpf_has run attach bench' -s m -l max-interval -x -d 'between samples after ten seconds'
complete -c denet-bpf -n '__denet_bpf_has run attach' -s d -l duration -x -d 'stop after S seconds, 0: never; CMD runs on'
complete -c denet-bpf -n '__denet_bpf_has run attach bench' -l no-polling -d 'only one sample, the last'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l wait-all -d 'stay until the last descendant has ended'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l exclude-children -d 'measure the first process alone'
complete -c denet-bpf -n '__denet_bpf_has attach' -l since-process-start -d 'count from birth, not from now'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l pss -d 'PSS of everybody at each sample; slow'
complete -c denet-bpf -n '__denet_bpf_has run attach bench' -l no-pss -d 'PSS is never read'
complete -c denet-bpf -n '__denet_bpf_has run attach bench' -l accounting -x -a 'auto bpf proc' -d 'bpf: exact or not at all'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l net -d 'bytes that each process sends and receives'
complete -c denet-bpf -n '__denet_bpf_has run' -l own-cgroup -d 'CMD in a cgroup of its own'
complete -c denet-bpf -n '__denet_bpf_has run attach doctor' -l proc-root -r -F -d 'read DIR as /proc'
complete -c denet-bpf -n '__denet_bpf_has run' -l live -d 'figures on the terminal while CMD runs'
complete -c denet-bpf -n '__denet_bpf_has run attach' -s n -l no-update -d 'one line after the other, on stderr'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary' -l by -x -a 'comm cmd exe subtree cgroup user' -d 'what a row of the table is'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary' -l under -x -d 'only what processes that match have started'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary' -l sort -x -a 'cpu wall peak runs start status label host job user command file' -d 'by cpu, wall, peak, runs, ... of a row'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary diff bench' -l top -x -d 'rows of each table'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary convert bench report doctor' -s q -l quiet -d 'errors and the records asked for, no more'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary diff bench' -s v -l verbose -d 'more figures in the summary'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary bench doctor' -l color -x -a 'auto always never' -d 'auto: on a terminal, unless NO_COLOR'
complete -c denet-bpf -n '__denet_bpf_has run bench' -s u -l user -x -a '(__fish_complete_users)' -d 'run CMD as USER, a name or #UID; needs root'
complete -c denet-bpf -n '__denet_bpf_has run bench' -l clean-env -d 'with -u: without root\'s environment'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary convert diff bench report doctor help' -s h -l help -d 'this help'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary convert diff bench report doctor help' -s V -l version -d 'the version'
complete -c denet-bpf -n '__denet_bpf_has attach' -l cgroup -r -F -d 'follow who is in a cgroup, in place of a PID'
complete -c denet-bpf -n '__denet_bpf_has attach' -l container -x -d 'the same of the cgroup of a container'
complete -c denet-bpf -n '__denet_bpf_has run' -l also-cgroup -r -F -d 'follow who is in a cgroup, too, apart from CMD'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary diff bench' -l fail-if -x -d 'exit with 123 if EXPR holds: \'wall > 5m\''
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary bench' -l budget -r -F -d 'the same from FILE, an EXPR a line'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary bench' -l strict -d 'what leaves a budget open breaks it'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary' -l summary -r -F -d 'the summary to FILE: text, .json, .md, ...'
complete -c denet-bpf -n '__denet_bpf_has run attach stats summary' -l ci -d 'tell GitHub, GitLab, TeamCity as they read it'
complete -c denet-bpf -n '__denet_bpf_has run' -l push -x -d 'the summary to InfluxDB or a Pushgateway'
complete -c denet-bpf -n '__denet_bpf_has run attach' -l heartbeat -x -d 'a line after each S seconds of silence'
complete -c denet-bpf -n '__denet_bpf_has diff bench' -l md -d 'as tables of Markdown'
complete -c denet-bpf -n '__denet_bpf_has bench' -s n -l runs -x -d 'runs of each CMD'
complete -c denet-bpf -n '__denet_bpf_has bench' -l warmup -x -d 'runs before these that do not count'
complete -c denet-bpf -n '__denet_bpf_has bench' -l vs -x -d 'another CMD, compared with the first'
complete -c denet-bpf -n '__denet_bpf_has bench' -l sweep -x -d 'a CMD for each value, in the place of {NAME}'
complete -c denet-bpf -n '__denet_bpf_has bench' -l prepare -x -d 'run by the shell before each run'
complete -c denet-bpf -n '__denet_bpf_has bench' -s N -l no-shell -d 'CMD\'s words without a shell'
complete -c denet-bpf -n '__denet_bpf_has bench' -l ignore-failure -d 'go on when CMD fails'
complete -c denet-bpf -n '__denet_bpf_has bench' -l show-output -d 'what CMD writes, to stderr'
complete -c denet-bpf -n '__denet_bpf_has bench' -l export -r -F -d 'the results to FILE: .json, .csv or .md'
complete -c denet-bpf -n '__denet_bpf_has bench' -l keep -r -F -d 'the records of each run to files in DIR'
complete -c denet-bpf -n '__denet_bpf_has convert' -l to -x -a 'csv trace folded snakemake nextflow time-v prom influx md' -d 'what FILE is to become'
complete -c denet-bpf -n '__denet_bpf_has convert' -l processes -d 'with --to csv: a row for each process'
complete -c denet-bpf -n '__denet_bpf_has convert' -l tracks -x -a 'lanes process' -d 'with --to trace: how processes lie in it'
complete -c denet-bpf -n '__denet_bpf_has stats summary' -s r -l recursive -r -F -d 'all *.jsonl and *.jsonl.gz below DIR'
complete -c denet-bpf -n '__denet_bpf_has stats summary' -l group-by -x -a 'run label host job user command' -d 'a row for all runs that have it in common'
complete -c denet-bpf -n '__denet_bpf_has stats summary' -l csv -d 'the table as CSV, a row a run'
