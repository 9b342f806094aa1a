# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A real browser without a window: what a page has become once its scripts have run."""

import pathlib
import shutil
import subprocess

NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
LIMIT_S = 120


def find():
    return next(filter(None, map(shutil.which, NAMES)), None)


def open_page(url, folder, *options):
    """The page as HTML. The browser keeps what it keeps in folder, and takes further options."""
    home = pathlib.Path(folder, "browser")
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        [find(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         f"--user-data-dir={home}", *options, "--dump-dom", url],
        check=False, timeout=LIMIT_S, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    if done.returncode:
        raise AssertionError(f"the browser ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
