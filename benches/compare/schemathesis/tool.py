"""Schemathesis: see schemathesis.toml for what it was given and what it cannot be told.

Most of what it looks for is something else: that the service keeps to its own document. What it says of that is true of the
sound build as well (the quay's document names one status an operation and no answer's shape), and counts as *other*, neither
as a flaw nor as a false alarm.
"""

import json
import re

NAME = "schemathesis"
VERSION = "4.32.5"
PACKAGE = "schemathesis"
WRITTEN = ("schemathesis/schemathesis.toml", "schemathesis/people.yaml", "schemathesis/links.json")
STARTS = False

PEERS = {"skippers": ["skipper-alster", "mate-alster", "skipper-boddam"], "masters": ["hm-alster", "hm-boddam"]}
# Bounded, so that it ends within minutes; its default is a hundred for each operation.
EXAMPLES = 20
ACCESS = {"ST301": "use_after_free", "ST401": "ignored_auth", "ST402": "object_level_authorization"}

# What was found in a chain of requests has no operation in the report; the output says which request it was.
CHAIN = "Stateful tests"

# Which finding is which flaw: a pattern for `check operation`.
FOUND = {
    "notices-open": "ignored_auth GET /notices",
    "boat-read": "object_level_authorization GET /boats/{boat}",
    "booking-read": "object_level_authorization GET /bookings/{booking}",
    "bookings-all": "object_level_authorization GET /bookings",
    "boats-search": "object_level_authorization GET /boats",
    "paper-parent": "object_level_authorization GET /boats/{boat}/papers/{paper}",
}
BY_A_ROW = ()
MISSED = {
    "booking-read": "not come upon in so many examples",
    "paper-parent": "not come upon in so many examples",
    "bookings-all": "an answer is compared when its path names an object",
    "boats-search": "an answer is compared when its path names an object",
    "sign-out": "left out, because it would sign its own people out",
    "boat-write": "only reads are compared between people",
    "paper-add": "only reads are compared between people",
    "booking-cancel": "only reads are compared between people",
    "invoice-pay": "what a role may cannot be told",
    "berth-delete": "what a role may cannot be told",
    "gone-stays": "states of a person cannot be told",
    "me-role": "a field beyond the document is not judged",
    "people-hash": "the quay's document says no answer's shape",
    "own-role": "left out, because it would take its own people's roles away",
    "last-one": "left out, because it would take its own people away",
    "guesses": "it does not count tries",
    "confirm-silent": "it reads no record",
    "csv-silent": "it reads no record",
}


def completed(bench):
    """The quay's document with what it leaves open: which answer's number another operation takes."""
    document = json.loads(bench.document.read_text())
    operations = {one["operationId"]: one for verbs in document["paths"].values() for one in verbs.values()}
    for maker, takers in json.loads(bench.filled("schemathesis/links.json")).items():
        (answer,) = operations[maker]["responses"].values()
        answer["links"] = {taker: {"operationId": taker} | link for taker, link in takers.items()}
    (bench.directory / "completed.json").write_text(json.dumps(document))
    return "completed.json"


def run(bench):
    """Runs it once for each group of people who must not see each other's objects."""
    found, document = set(), completed(bench)
    bench.fill("schemathesis/people.yaml", "people.yaml")
    for peers in PEERS.values():
        bench.fill("schemathesis/schemathesis.toml", "schemathesis.toml", {"PEERS": json.dumps(peers), "EXAMPLES": EXAMPLES})
        bench.call(["schemathesis", "run", document, "--url", bench.address], fine=(0, 1))
        for group in json.loads((bench.directory / "report.json").read_text())["failures"]:
            strength = "proved" if group["code"] in ACCESS else "other"
            name = ACCESS.get(group["code"], group["code"])
            found |= {(strength, f"{name} {operation}") for operation in group["operations"] if operation != CHAIN}
        found |= {("proved", f"object_level_authorization {bench.operation(*line)}")
                  for line in re.findall(r"^ *Peer: +([A-Z]+) (\S+) as ", bench.output(), re.MULTILINE)}
    return found
