"""The desk of a marina: berths, boats, bookings, invoices. Three marinas, and nobody sees into another one.

Who may: the harbourmaster everything in the marina, clerks all but people and money's end, skippers what is their own.
"""

import hashlib
import itertools
import secrets
import threading
import time

HARBOURMASTER, CLERK, SKIPPER = "harbourmaster", "clerk", "skipper"
DESK = (HARBOURMASTER, CLERK)
EVERYBODY = (HARBOURMASTER, CLERK, SKIPPER)
PASSWORD = "nine otters in the rain"
TRIES, TRIES_SECONDS = 20, 60


class Refused(Exception):
    """An answer that is a refusal: its status, and why."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status, self.why = status, why


def fingerprint(password, salt=None):
    """As it is kept: `scrypt:1024:8:1$salt$digest`."""
    salt = salt or secrets.token_hex(8)
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=1024, r=8, p=1).hex()
    return f"scrypt:1024:8:1${salt}${digest}"


def fits(password, kept):
    return secrets.compare_digest(fingerprint(password, kept.split("$")[1]), kept)


NOBODY = fingerprint(secrets.token_hex(8))


class Desk:
    """Everything, in memory, under one lock."""

    def __init__(self, flaws=frozenset()):
        self.flaws, self.lock, self.numbers = flaws, threading.RLock(), itertools.count(1001)
        self.people, self.sessions, self.keys, self.tries = {}, {}, {}, {}
        self.berths, self.boats, self.papers, self.bookings = {}, {}, {}, {}
        self.notes, self.invoices, self.notices, self.journal = {}, {}, {}, []
        self.marinas = {name: {"name": name, "currency": "EUR"} for name in ("alster", "boddam", "cowes")}
        for marina in self.marinas:
            for role, names in ((HARBOURMASTER, ("hm",)), (CLERK, ("clerk",)), (SKIPPER, ("skipper", "mate"))):
                for name in names:
                    self.add_person(marina, f"{name}-{marina}@quay.example", name, role, PASSWORD)

    # ── what holds for everything ──────────────────────────────────────────

    def flawed(self, name):
        return name in self.flaws

    def new(self, table, **values):
        row = {"id": next(self.numbers), **values}
        table[row["id"]] = row
        return row

    def write_down(self, who, action, what, result="done", address=""):
        if action == "booking.confirm" and self.flawed("confirm-silent") or action == "invoice.table" and self.flawed("csv-silent"):
            return
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + "Z"
        self.journal.append({"id": next(self.numbers), "marina": who["marina"], "at": at, "actor": who["id"],
                             "action": action, "object": what, "result": result, "source": address})

    def find(self, table, number, who, flaw=None):
        """A row of the caller's marina. To others it is not there."""
        row = table.get(number)
        if row is None or row["marina"] != who["marina"] and not (flaw and self.flawed(flaw)):
            raise Refused(404, "not here")
        return row

    def own(self, table, number, who, flaw=None, other=None):
        """The same, and for a skipper one of his own."""
        row = self.find(table, number, who, other)
        if who["role"] == SKIPPER and row["skipper"] != who["id"] and not (flaw and self.flawed(flaw)):
            if not (other and self.flawed(other) and row["marina"] != who["marina"]):
                raise Refused(404, "not here")
        return row

    def seen(self, table, who, flaw=None):
        """What somebody sees of a table."""
        rows = [row for row in table.values() if row["marina"] == who["marina"] or flaw and self.flawed(flaw)]
        if who["role"] == SKIPPER:
            rows = [row for row in rows if row.get("skipper") == who["id"] or flaw and self.flawed(flaw)]
        return rows

    # ── people and sign-ins ────────────────────────────────────────────────

    def add_person(self, marina, email, name, role, password):
        if any(person["email"] == email for person in self.people.values()):
            raise Refused(409, "somebody has this address")
        return self.new(self.people, marina=marina, email=email, name=name, role=role, phone="",
                        fingerprint=fingerprint(password), here=True)

    def show_person(self, person):
        shown = {key: person[key] for key in ("id", "email", "name", "role", "phone")}
        return {**shown, "password_hash": person["fingerprint"]} if self.flawed("people-hash") else shown

    def another_harbourmaster(self, person, role):
        """Refuses what would leave a marina without one."""
        others = [one for one in self.people.values() if one["marina"] == person["marina"] and one["here"]
                  and one["role"] == HARBOURMASTER and one is not person]
        if person["role"] == HARBOURMASTER and role != HARBOURMASTER and not others and not self.flawed("last-one"):
            raise Refused(409, "somebody has to be the harbourmaster")

    def sign_in(self, email, password, address):
        tries = self.tries.setdefault((email, address), [])
        tries[:] = [at for at in tries if time.monotonic() - at < TRIES_SECONDS]
        if len(tries) >= TRIES and not self.flawed("guesses"):
            raise Refused(429, "too many tries: wait a minute")
        person = next((one for one in self.people.values() if one["email"] == email), None)
        good = fits(password, person["fingerprint"] if person else NOBODY)
        if not (person and good and person["here"]):
            tries.append(time.monotonic())
            raise Refused(401, "that did not match")
        token = secrets.token_urlsafe(32)
        self.sessions[token] = person["id"]
        return token, person

    def who(self, token):
        """The person behind a token, or nobody."""
        number = self.sessions.get(token) or next((key["person"] for key in self.keys.values() if key["secret"] == token), None)
        person = self.people.get(number)
        return person if person and (person["here"] or self.flawed("gone-stays")) else None

    def sign_out(self, token):
        if not self.flawed("sign-out"):
            self.sessions.pop(token, None)

    def end_sign_ins(self, person, but=None):
        for token in [token for token, number in self.sessions.items() if number == person["id"] and token != but]:
            del self.sessions[token]
