"""GrantTrace: one owner and one visitor a run, so that it is run once for each pair that is worth comparing
(pairs.json: owner, visitor, whose objects stand for the owner and for the visitor, and what the visitor may read all the same).

Given: two signed-in people, the number of an object of each in every GET that takes one, which fields are numbers of
objects, the one PATCH with its read-back. Cannot be told: POST, PUT and DELETE, which it does not send; operations without an
object's number; a child below another's parent (the owner himself is refused there); more than two people at once; what a
list without a parameter holds; a journal.
"""

import json

NAME = "granttrace"
VERSION = "2.5.3"
PACKAGE = "granttrace"
WRITTEN = ("granttrace/config.template.json", "granttrace/pairs.json")
STARTS = False
# The quay's refusals carry a number by which one may ask about them. GrantTrace takes what it does not know in a refusal for
# somebody's data, and then confirms nothing; it cannot be told otherwise, so that it alone gets refusals without the number.
QUAY = ("--plain-refusals",)

# Which finding is which flaw: a pattern for `check operation by pair`.
FOUND = {
    "boat-read": "BOLA GET /boats/{boat} by other-*",
    "booking-read": "BOLA GET /bookings/{booking} by same-marina",
    "gone-stays": "* by gone",
    "sign-out": "* by out",
    "boats-search": "BOLA GET /boats by *-*",
    "own-role": "MASS_ASSIGNMENT PATCH /people/{person} by *-*",
}
BY_A_ROW = ("own-role",)
MISSED = {
    "notices-open": "an operation without an object's number is passed over",
    "boat-write": "PUT is not sent",
    "paper-add": "POST is not sent",
    "booking-cancel": "POST is not sent",
    "invoice-pay": "POST is not sent",
    "berth-delete": "DELETE is not sent",
    "me-role": "mass assignment is tried by PATCH only",
    "people-hash": "fields are compared between people, not judged",
    "bookings-all": "a list without a parameter is passed over",
    "paper-parent": "a pair that does not belong together cannot be told",
    "guesses": "signing in is not among what it tests",
    "last-one": "DELETE is not sent",
    "confirm-silent": "it reads no record",
    "csv-silent": "it reads no record",
}


# Which of somebody's objects stand in the template; the second set where both sides are the same person's.
FIRST = {kind: kind for kind in ("BOAT", "PAPER", "BOOKING", "BOOKING_CHANGE", "INVOICE")}
SECOND = {"BOAT": "BOAT_REMOVE", "PAPER": "PAPER_REMOVE", "BOOKING": "BOOKING_CHANGE", "BOOKING_CHANGE": "BOOKING", "INVOICE": "INVOICE_CHANGE"}


def values(have, side, who, whose):
    """The names of the template for one side of a pair."""
    owner, kinds = whose.removesuffix("-second"), SECOND if whose.endswith("-second") else FIRST
    person, marina = (text.upper().replace("-", "_") for text in (owner, owner.split("-")[1]))
    spare = "_CHANGE" if kinds is SECOND else ""
    who = who.upper().replace("-", "_")
    filled = {"ID": have.get(f"{who}_ID", have["SKIPPER_ALSTER_ID"]), "TOKEN": have[f"{who}_TOKEN"], "MARK": f"mark-of-{owner}",
              "PERSON": have[f"{marina}_PERSON{spare}"], "BERTH": have[f"{marina}_BERTH{spare}"], "PAPER_BOAT": have[f"{person}_BOAT"]}
    filled |= {kind: have[f"{person}_{object_}"] for kind, object_ in kinds.items()}
    return {f"{side}_{key}": value for key, value in filled.items()}


def run(bench):
    """Runs each pair, and returns what was confirmed, and what it calls suspicious."""
    found = set()
    for pair, (owner, visitor, owners, visitors, shared) in json.loads(bench.filled("granttrace/pairs.json")).items():
        have = values(bench.have, "OWNER", owner, owners) | values(bench.have, "VISITOR", visitor, visitors)
        config = json.loads(bench.filled("granttrace/config.template.json", have))
        for operation in shared:
            config["bola"][operation]["expected_visitor_access"] = "allow"
        (bench.directory / f"{pair}.json").write_text(json.dumps(config))
        bench.call(["granttrace", "--spec", str(bench.document), "--target", bench.address, "--config", f"{pair}.json", "--delay", "0",
                    "--allow-write-tests", "--export-json", f"{pair}.result.json", "-o", f"{pair}.html"], fine=(0, 1, 2))
        for one in json.loads((bench.directory / f"{pair}.result.json").read_text())["results"]:
            strength = {"CONFIRMED": "proved", "SUSPICIOUS": "suspected"}.get(one["verdict"])
            if strength:
                found.add((strength, f'{one["check"]} {one["endpoint"]} by {pair}'))
    return found
