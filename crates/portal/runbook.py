#!/usr/bin/env python3
"""Tries the commands that the runbook's pages name: each must be one that the portal has, with every option that stands there.

Nothing of what they would do is done: that is what the drill is for.
"""

import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGES = HERE.parent.parent / "docs" / "runbook"


def commands():
    """Every command of the portal in a block or between backticks, with its page."""
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text()
        for line in re.findall(r"^\s*(plimsoll-portal .*)$", text, re.M) + re.findall(r"`(plimsoll-portal [^`\n]+)`", text):
            yield page.name, shlex.split(line, comments=True)[1:]


def wrong(words):
    """What is wrong with a command; nothing where it would be understood."""
    names = []
    for word in words:
        if word.startswith("-"):
            break
        names.append(word)
    # What follows the name of an action is its input.
    shown = subprocess.run([HERE / "built.sh", *names[:2 if names[:1] == ["recovery-kit"] else 1], "--help"], capture_output=True, text=True)
    if shown.returncode:
        return shown.stderr.strip() or "there is no such command"
    missing = [word for word in words if word.startswith("--") and word.split("=")[0] not in shown.stdout]
    return f"there is no {', '.join(missing)}" if missing else None


tried = [(page, words, wrong(words)) for page, words in commands()]
for page, words, why in tried:
    if why:
        print(f"{page}: plimsoll-portal {' '.join(words)}: {why}", file=sys.stderr)
sys.exit(not tried or any(why for _, _, why in tried))
