"""overstep: see matrix.yaml for what it was given and what it cannot be told."""

import json

NAME = "overstep"
VERSION = "1.7.0"
PACKAGE = "overstep"
WRITTEN = ("overstep/matrix.yaml",)
STARTS = False

# Who should be nobody any more has no dash in his name: what he reaches is that flaw, and no proof of another.
# Which finding is which flaw: a pattern for `class resource by subject`.
FOUND = {
    "notices-open": "* get_notices by anon",
    "boat-read": "* get_boat by *-*",
    "boat-write": "* put_boat by *-*",
    "paper-add": "* post_papers by *-*",
    "booking-read": "* get_booking by *-*",
    "booking-cancel": "* cancel by *-*",
    "invoice-pay": "* pay by *-*",
    "berth-delete": "* delete_berth by clerk-*",
    "gone-stays": "* by gone",
    "sign-out": "* by out",
    "me-role": "* role_with_name by *-*",
    "people-hash": "BOPLA *",  # but for the keys, every row with forbidden fields shows a person
    "bookings-all": "* bookings_of_* by *-*",
    "boats-search": "* boats_of_boddam_searched by *-*",
    "paper-parent": "* *_paper by *-*",
    "own-role": "* role_of_oneself by *-*",
    "last-one": "* last_harbourmaster by *-*",
}
BY_A_ROW = ("me-role", "people-hash", "bookings-all", "boats-search", "own-role", "last-one")
MISSED = {
    "guesses": "signing in is not among what it tests",
    "confirm-silent": "it reads no record",
    "csv-silent": "it reads no record",
}


def run(bench):
    """Fills the matrix, runs it, and returns what was found. What it calls *suspected* is a grant without the victim's mark."""
    bench.fill("overstep/matrix.yaml", "matrix.yaml")
    bench.call(["overstep", "run", "matrix.yaml", "--out", "out", "--concurrency", "1"], fine=(0, 1))
    findings = json.loads((bench.directory / "out" / "findings.json").read_text())["findings"]
    found = set()
    for one in findings:
        what = f'{one["vuln_class"]} {one["resource"]} by {one["subject"]}'
        # Its gate fails on every vulnerability, however sure it is; a refusal where it expected none is not one of them.
        found.add(("other" if one["vuln_class"] == "unexpected-deny" else "proved", what))
    return found
