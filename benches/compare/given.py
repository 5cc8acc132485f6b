"""What the other tools are given before they start: signed-in people and objects of their own, each with a mark in its text.

They declare whose object has which number; `given` makes them and returns the numbers and tokens by name, to be filled into
their configurations where `${NAME}` stands. Nobody else has a share in an object that a tool will change or take away.
"""

import http.client
import json

PASSWORD = "nine otters in the rain"
MARINAS = ("alster", "boddam", "cowes")
ROLES = ("hm", "clerk", "skipper", "mate")
OWNERS = ("skipper-alster", "mate-alster", "skipper-boddam")


def asked(address, verb, path, token=None, body=None):
    """One request; the answer's body. Ends the comparison where what must succeed does not."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    connection.request(verb, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"compare: {verb} {path} was answered with {answer.status}: {text[:200]!r}\n\nhint: has the quay changed?")
    return json.loads(text) if text else {}


def signed_in(address, name):
    """A token, and who it is."""
    answer = asked(address, "POST", "/login", body={"email": f"{name}@quay.example", "password": PASSWORD})
    return answer["access_token"], answer["person"]["id"]


def mark(name):
    """The word by which somebody's objects are known."""
    return f"mark-of-{name}"


def given(address):
    """Makes all of it; names are `SKIPPER_ALSTER_TOKEN`, `SKIPPER_ALSTER_BOAT`, `ALSTER_BERTH` and so on."""
    have = {"URL": address}

    def keep(name, value):
        have[name.upper().replace("-", "_")] = value
        return value

    def made(who, path, **body):
        return asked(address, "POST", path, have[f"{who}_token".upper().replace("-", "_")], body)["id"]

    for marina in MARINAS:
        for role in ROLES:
            token, number = signed_in(address, f"{role}-{marina}")
            keep(f"{role}-{marina}_token", token)
            keep(f"{role}-{marina}_id", number)
    for marina in MARINAS[:2]:
        master = f"hm-{marina}"
        for use in ("", "_change", "_remove"):
            keep(f"{marina}_berth{use}", made(master, "/berths", name=f"{mark(master)} berth{use}", metres=20))
            person = {"email": f"spare{use}-{marina}@quay.example", "name": mark(master), "role": "skipper", "password": PASSWORD}
            keep(f"{marina}_person{use}", made(master, "/people", **person))
        for use in ("", "_remove"):
            keep(f"{marina}_notice{use}", made(master, "/notices", title=f"{mark(master)} notice", text="Low water at noon."))
    for owner in OWNERS:
        marina = owner.split("-")[1]
        for use in ("", "_change", "_remove"):
            boat = keep(f"{owner}_boat{use}", made(owner, "/boats", name=f"{mark(owner)} boat", metres=9))
            if use == "_change":
                continue
            home = have[f"{owner}_boat".upper().replace("-", "_")]
            keep(f"{owner}_paper{use}", made(owner, f"/boats/{home}/papers", title=f"{mark(owner)} paper", text="Insured."))
            keep(f"{owner}_key{use}", made(owner, "/keys", name=f"{mark(owner)} key"))
        for use in ("", "_change"):
            berth = have[f"{marina}_berth".upper()]
            wish = {"boat": home, "berth": berth, "first_night": "2027-06-01", "wish": f"{mark(owner)} wish"}
            booking = keep(f"{owner}_booking{use}", made(owner, "/bookings", **wish))
            bill = {"booking": booking, "cents": 4200, "text": f"{mark(owner)} invoice"}
            keep(f"{owner}_invoice{use}", made(f"clerk-{marina}", "/invoices", **bill))
        made(owner, f"/bookings/{booking}/notes", text=f"{mark(owner)} note")

    # Two who should be nobody any more: one was taken out of the marina, one has signed out.
    gone = {"email": "gone-alster@quay.example", "name": "gone", "role": "clerk", "password": PASSWORD}
    number = made("hm-alster", "/people", **gone)
    keep("gone_token", signed_in(address, "gone-alster")[0])
    asked(address, "DELETE", f"/people/{number}", have["HM_ALSTER_TOKEN"])
    keep("gone_id", number)
    keep("out_token", signed_in(address, "skipper-alster")[0])
    asked(address, "POST", "/logout", have["OUT_TOKEN"], {})
    return have
