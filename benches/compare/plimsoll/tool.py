"""plimsoll, with the manifest and the matrix of examples/quay as they stand there.

Given: how to sign in, six people, how somebody is taken out, where the journal is, the matrix of who may do what. No object, no
token and no number: it makes them itself.
"""

import json
import shutil
import sys

NAME = "plimsoll"
VERSION = None  # asked of the program
PACKAGE = None
WRITTEN = ("../../examples/quay/plimsoll.toml", "../../examples/quay/plimsoll.matrix")
STARTS = True  # it starts and ends the quay itself

# Which finding is which flaw: as examples/quay/flaws.py itself says, a check and a place.
FOUND = None
BY_A_ROW = ()
MISSED = {}


def run(bench):
    """Walks, and returns what was found."""
    quay = bench.repository / "examples" / "quay"
    shutil.copy(quay / "plimsoll.matrix", bench.directory)
    manifest = (quay / "plimsoll.toml").read_text()
    start = f'{sys.executable} -B {bench.here}/counted.py --port {{port}} --flaws "{bench.flaws}" --log {bench.log}'
    line = next(line for line in manifest.splitlines() if line.startswith("start "))
    (bench.directory / "plimsoll.toml").write_text(manifest.replace(line, f"start = '{start}'"))
    bench.call([bench.plimsoll, "-q", "audit", "--unsigned"], fine=(0, 1, 3))
    outcome = json.loads((bench.directory / ".plimsoll" / "report.json").read_text())["outcome"]
    proved = {("proved", f'{gap["check"]} {gap["subject"]}') for gap in outcome["gaps"]}
    said = {("suspected", f'{one["check"]} {one["subject"]}') for one in outcome["findings"] if one["verdict"] == "suspected"}
    return proved | said
