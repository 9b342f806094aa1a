#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Asks bash, zsh and fish themselves what they complete, at a terminal where they need one.

Usage: tests/docs/completions.py DENET-BPF [-v]    a shell that is not installed is skipped by name"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
BIN = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
os.environ["DENET_BPF"] = BIN
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import Terminal  # noqa: E402

LIMIT_S = 60

# What is typed, and what must and must not be offered. What every shell does alike.
OFFERED = (
    ("denet-bpf ", ("run", "attach", "stats", "summary", "doctor", "help"), ("options",)),
    ("denet-bpf --ex", ("--exclude-children",), ()),
    ("denet-bpf run --", ("--json", "--out", "--live", "--user", "--pss"), ("--since-process-start", "--gpu")),
    ("denet-bpf attach --", ("--since-process-start", "--wait-all"), ("--live", "--user")),
    ("denet-bpf summary --", ("--json", "--color"), ("--interval", "--pss")),
    ("denet-bpf run --format ", ("jsonl", "json", "csv"), ("run",)),
    ("denet-bpf --accounting ", ("auto", "bpf", "proc"), ("run",)),
    ("denet-bpf run -i 20 --color ", ("auto", "always", "never"), ()),
    ("denet-bpf run -u roo", ("root",), ()),
    ("denet-bpf run -o rec", ("records one.jsonl", "records-two.jsonl"), ()),
    ("denet-bpf stats rec", ("records one.jsonl", "records-two.jsonl"), ()),
    ("denet-bpf run denet-test-c", ("denet-test-cmd", "denet-test-cnd"), ("records-two.jsonl",)),
    ("denet-bpf run -q -o f -- denet-test-c", ("denet-test-cmd", "denet-test-cnd"), ()),
    ("denet-bpf help ", ("run", "summary", "man", "bash", "options"), ()),
    ("denet-bpf doctor --", ("--json", "--quiet"), ("--interval",)),
    ("denet-bpf bench --", ("--sweep", "--keep", "--runs"), ("--live", "--no-update")),
    # Of one command the letter takes a value, of the others it takes none.
    ("denet-bpf bench -n 5 --ex", ("--export",), ()),
    ("denet-bpf run -n --ex", ("--exclude-children",), ("--export",)),
    ("denet-bpf bench denet-test-c", ("denet-test-cmd", "denet-test-cnd"), ()),
    ("denet-bpf bench --keep rec", ("records one.jsonl", "records-two.jsonl"), ()),
    # What CMD takes is for its own completion, and no option of ours is offered any more.
    ("denet-bpf run denet-test-cmd rec", ("records one.jsonl", "records-two.jsonl"), ()),
)


class Asked:
    """The same questions to each shell."""

    def setUp(self):
        if not shutil.which(self.shell):
            self.skipTest(f"{self.shell} is not installed")
        self.folder = tempfile.mkdtemp(prefix="denet-completions.")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("records one.jsonl", "records-two.jsonl"):
            self.write(name, "")
        for name in ("bin/denet-test-cmd", "bin/denet-test-cnd"):
            self.write(name, "#!/bin/sh\n", 0o755)
        os.symlink(BIN, os.path.join(self.folder, "bin/denet-bpf"))
        script = subprocess.run([BIN, "help", self.shell], check=True, capture_output=True, timeout=LIMIT_S)
        self.script = self.write(f"scripts/{self.script_name}", script.stdout.decode())
        self.environment = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "TERM": "dumb", "HOME": self.folder,
                            "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": self.folder, "XDG_DATA_HOME": self.folder}

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def test_what_is_offered(self):
        for line, offered, not_offered in OFFERED:
            with self.subTest(line=line):
                words = self.ask(line)
                for word in offered:
                    self.assertIn(word, words)
                for word in not_offered:
                    self.assertNotIn(word, words)

    def test_no_option_of_ours_behind_cmd(self):
        self.assertNotIn("--json", self.ask("denet-bpf run denet-test-cmd --js"))


class Bash(Asked, unittest.TestCase):
    shell = "bash"
    script_name = "denet-bpf"
    # Inserts all candidates, where a person would be shown a list.
    SETUP = r"""PS1='ready> '
cd "$HOME"
bind '"\e*": insert-completions' 'set bell-style none'
source "$HOME/scripts/denet-bpf"
show() { printf 'word<%s>\n' "$@"; printf 'do%s\n' ne; }
"""

    def ask(self, line):
        """What readline puts in place of the last word, as a command called show gets it."""
        setup = self.write("bashrc", self.SETUP)
        argv = ["bash", "--noprofile", "--rcfile", setup, "-i"]
        with Terminal(argv, self.environment, 4000) as terminal:
            # By then the terminal leaves all keys to the shell.
            terminal.expect("ready> ")
            # Ctrl-A goes to the start: what was completed becomes the arguments of show.
            terminal.send(line + "\x1b*" + "\x01show \n")
            end = terminal.expect("done")
            text = terminal.output[:end].decode()
        words = [part.partition(">")[0] for part in text.split("word<")[1:]]
        return words[len(line.split(" ")) - 1 :]


class Zsh(Asked, unittest.TestCase):
    shell = "zsh"
    script_name = "_denet-bpf"
    # Each match goes to a file as it is added.
    SETUP = r"""PS1='ready> ' RPS1=
cd $HOME
fpath=($HOME/scripts $fpath)
autoload -Uz compinit && compinit -u -D
unsetopt beep
compadd() {
  local -a found
  if (( ! $argv[(I)-[OAD]] )); then
    builtin compadd -O found "$@"
    (( $#found )) && print -rl -- $found >> $HOME/offered
  fi
  builtin compadd "$@"
}
finished() { print -r -- end >> $HOME/offered; zle -I }
ask() { zle list-choices; finished }
zle -N ask
bindkey '^T' ask
"""

    def ask(self, line):
        setup = self.write(".zshrc", self.SETUP)
        offered = os.path.join(self.folder, "offered")
        with open(offered, "w", encoding="utf-8"):
            pass
        environment = dict(self.environment, ZDOTDIR=os.path.dirname(setup))
        with Terminal(["zsh", "-d", "-i"], environment, 200) as terminal:
            # By then the terminal leaves all keys to the shell.
            terminal.expect("ready> ")
            terminal.send(line + "\x14" + "\x15echo do''ne\n")
            terminal.expect("done")
        with open(offered, encoding="utf-8") as file:
            words = file.read().splitlines()
        self.assertEqual(words[-1:], ["end"])
        return [word.rstrip("=").replace("\\", "") for word in words[:-1]]


class Fish(Asked, unittest.TestCase):
    shell = "fish"
    script_name = "denet-bpf.fish"

    def ask(self, line):
        program = 'cd "$HOME"; source scripts/denet-bpf.fish; complete -C"$argv[1]"'
        done = subprocess.run(["fish", "-c", program, line], env=self.environment, check=True, capture_output=True,
                              timeout=LIMIT_S, text=True)
        self.assertEqual(done.stderr, "")
        return [word.partition("\t")[0].replace("\\", "") for word in done.stdout.splitlines()]


class Syntax(unittest.TestCase):
    def test_each_shell_reads_its_script(self):
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell):
                with self.subTest(shell=shell):
                    script = subprocess.run([BIN, "help", shell], check=True, capture_output=True, timeout=LIMIT_S)
                    done = subprocess.run([shell, "-n", "/dev/stdin"], input=script.stdout, check=False,
                                          capture_output=True, timeout=LIMIT_S)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
