"""AuthzTrace: see contract.yaml and contents.yaml for what it was given and what it cannot be told."""

import json

NAME = "authztrace"
VERSION = "0.6.0"
PACKAGE = "authztrace"
WRITTEN = ("authztrace/contract.yaml", "authztrace/contents.yaml")
STARTS = False

# Who should be nobody any more has no dash in his name: what he reaches is that flaw, and no proof of another.
# Which finding is which flaw: a pattern for `category endpoint by actor`.
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
    "people-hash": "leak fields_of_* by *-*",
    "bookings-all": "leak bookings_of_* by *-*",
    "boats-search": "leak boats_of_boddam_searched by *-*",
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
    """Runs both contracts, and returns what failed; a set-up that it does not trust ends the comparison."""
    found = set()
    for contract in ("contract", "contents"):
        bench.fill(f"authztrace/{contract}.yaml", f"{contract}.yaml")
        bench.call(["authztrace", "run", "-c", f"{contract}.yaml", "--include-unsafe", "--no-color", "--json", f"{contract}.json"], fine=(0, 1))
        for one in json.loads((bench.directory / f"{contract}.json").read_text())["results"]:
            what = f'{one["category"]} {one["name"].split(":")[0]} by {one["actor"]}'
            if one["outcome"] == "fail":
                found.add(("proved", what))
            elif one["outcome"] != "pass":
                found.add(("other", what))
    return found
