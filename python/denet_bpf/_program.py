# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The program denet-bpf: in this package where the wheel has it, else by DENET_BPF or the PATH."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
from typing import List, NoReturn, Optional, Sequence

from . import _native

NAME = "denet-bpf"
ENVIRONMENT_VARIABLE = "DENET_BPF"


def find() -> str:
    """Its path. FileNotFoundError when there is none."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen and not _native._is_privileged():
        return os.path.abspath(chosen)
    own = pathlib.Path(__file__).with_name(NAME)
    found = str(own) if own.exists() else shutil.which(NAME, path=_path_without_us())
    if found is None:
        raise FileNotFoundError(
            f"the program {NAME} is neither in this package nor in the PATH;"
            f" {ENVIRONMENT_VARIABLE} may name it"
        )
    return found


def _path_without_us() -> str:
    """The console script has the program's name, and would find itself."""
    own = os.path.dirname(os.path.abspath(sys.argv[0])) if sys.argv and sys.argv[0] else None
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if os.path.abspath(folder) != own)


def main(arguments: Optional[Sequence[str]] = None) -> NoReturn:
    """Becomes the program: `python -m denet_bpf`, and the console script."""
    words: List[str] = list(sys.argv[1:] if arguments is None else arguments)
    try:
        path = find()
        os.execv(path, [NAME, *words])
    except OSError as error:
        print(f"{NAME}: {error}", file=sys.stderr)
    sys.exit(125)
