"""Every operation: its verb and path, who may, what it takes, what it does. The document is made from the same table."""

import secrets

from desk import DESK, EVERYBODY, HARBOURMASTER, Refused, fingerprint, fits

OPERATIONS = []
TEXT, NUMBER = {"type": "string", "maxLength": 200}, {"type": "integer"}
DAY = {"type": "string", "format": "date"}


def operation(verb, path, roles, takes=None, optional=(), answers=200, query=()):
    """Notes an operation. `roles` may do it, `None` is everybody; `takes` are the fields of its body."""

    def note(function):
        OPERATIONS.append({"verb": verb, "path": path, "roles": roles, "takes": takes or {}, "optional": optional,
                           "status": answers, "query": query, "do": function, "about": function.__doc__})
        return function

    return note


# ── signing in ──────────────────────────────────────────────────────────────


@operation("POST", "/login", None, {"email": TEXT, "password": TEXT})
def login(desk, call):
    """Signs in, and gives a token."""
    token, person = desk.sign_in(call.body["email"], call.body["password"], call.address)
    desk.write_down(person, "login", person["id"], address=call.address)
    return {"access_token": token, "person": desk.show_person(person)}


@operation("POST", "/logout", EVERYBODY)
def logout(desk, call):
    """Signs out."""
    desk.sign_out(call.token)
    return {}


@operation("GET", "/me", EVERYBODY)
def me(desk, call):
    """Who one is."""
    return desk.show_person(call.who)


@operation("PUT", "/me", EVERYBODY, {"name": TEXT, "phone": TEXT}, optional=("phone",))
def set_me(desk, call):
    """Sets one's own name and number."""
    call.who.update(name=call.body["name"], phone=call.body.get("phone", ""))
    if desk.flawed("me-role") and "role" in call.sent:
        call.who["role"] = call.sent["role"]
    desk.write_down(call.who, "me.set", call.who["id"], address=call.address)
    return desk.show_person(call.who)


@operation("PUT", "/me/password", EVERYBODY, {"old": TEXT, "new": {"type": "string", "minLength": 8, "maxLength": 200}})
def set_password(desk, call):
    """Sets another password, and ends every other sign-in."""
    if not fits(call.body["old"], call.who["fingerprint"]):
        raise Refused(403, "that is not the password so far")
    call.who["fingerprint"] = fingerprint(call.body["new"])
    desk.end_sign_ins(call.who, but=call.token)
    desk.write_down(call.who, "password.set", call.who["id"], address=call.address)
    return {}


@operation("GET", "/keys", EVERYBODY)
def keys(desk, call):
    """One's own API keys, without their secrets."""
    own = [key for key in desk.keys.values() if key["person"] == call.who["id"]]
    return {"keys": [{"id": key["id"], "name": key["name"]} for key in own]}


@operation("POST", "/keys", EVERYBODY, {"name": TEXT}, answers=201)
def add_key(desk, call):
    """Makes an API key. Its secret is shown this once."""
    key = desk.new(desk.keys, person=call.who["id"], name=call.body["name"], secret=secrets.token_urlsafe(32))
    desk.write_down(call.who, "key.add", key["id"], address=call.address)
    return {"id": key["id"], "name": key["name"], "secret": key["secret"]}


@operation("DELETE", "/keys/{key}", EVERYBODY, answers=204)
def remove_key(desk, call):
    """Takes one of one's own API keys away."""
    key = desk.keys.get(call.ids["key"])
    if not key or key["person"] != call.who["id"]:
        raise Refused(404, "not here")
    del desk.keys[key["id"]]
    desk.write_down(call.who, "key.remove", key["id"], address=call.address)


# ── the marina and its people ───────────────────────────────────────────────


@operation("GET", "/marina", EVERYBODY)
def marina(desk, call):
    """The marina that one is in."""
    return desk.marinas[call.who["marina"]]


@operation("PUT", "/marina", (HARBOURMASTER,), {"currency": {"type": "string", "enum": ["EUR", "GBP", "DKK"]}})
def set_marina(desk, call):
    """Sets what the marina counts in."""
    desk.marinas[call.who["marina"]]["currency"] = call.body["currency"]
    desk.write_down(call.who, "marina.set", 0, address=call.address)
    return desk.marinas[call.who["marina"]]


@operation("GET", "/people", DESK)
def people(desk, call):
    """Everybody of the marina."""
    rows = [person for person in desk.people.values() if person["marina"] == call.who["marina"] and person["here"]]
    return {"people": [desk.show_person(person) for person in rows]}


@operation("POST", "/people", (HARBOURMASTER,), {"email": {"type": "string", "format": "email"}, "name": TEXT,
           "role": {"type": "string", "enum": list(EVERYBODY)}, "password": {"type": "string", "minLength": 8}}, answers=201)
def add_person(desk, call):
    """Takes somebody in."""
    body = call.body
    person = desk.add_person(call.who["marina"], body["email"], body["name"], body["role"], body["password"])
    desk.write_down(call.who, "person.add", person["id"], address=call.address)
    return desk.show_person(person)


@operation("GET", "/people/{person}", DESK)
def person(desk, call):
    """Somebody of the marina."""
    return desk.show_person(desk.find(desk.people, call.ids["person"], call.who))


@operation("PATCH", "/people/{person}", (HARBOURMASTER,), {"role": {"type": "string", "enum": list(EVERYBODY)}})
def set_person(desk, call):
    """Gives somebody another role. Nobody changes his own."""
    person = desk.find(desk.people, call.ids["person"], call.who)
    if person is call.who and not desk.flawed("own-role"):
        raise Refused(403, "not one's own")
    if person is not call.who and call.who["role"] != HARBOURMASTER:
        raise Refused(403, "not for you")
    desk.another_harbourmaster(person, call.body["role"])
    person["role"] = call.body["role"]
    desk.write_down(call.who, "person.set", person["id"], address=call.address)
    return desk.show_person(person)


@operation("DELETE", "/people/{person}", (HARBOURMASTER,), answers=204)
def remove_person(desk, call):
    """Takes somebody out of the marina."""
    person = desk.find(desk.people, call.ids["person"], call.who)
    desk.another_harbourmaster(person, None)
    person["here"] = False
    if not desk.flawed("gone-stays"):
        desk.end_sign_ins(person)
    desk.write_down(call.who, "person.remove", person["id"], address=call.address)


@operation("GET", "/journal", (HARBOURMASTER,))
def journal(desk, call):
    """Who did what, the newest first."""
    rows = [row for row in reversed(desk.journal) if row["marina"] == call.who["marina"]]
    return {"entries": [{key: value for key, value in row.items() if key != "marina"} for row in rows[:500]]}


# ── berths and notices ──────────────────────────────────────────────────────


def shown(row):
    return {key: value for key, value in row.items() if key != "marina"}


@operation("GET", "/berths", EVERYBODY)
def berths(desk, call):
    """The marina's berths."""
    rows = [row for row in desk.berths.values() if row["marina"] == call.who["marina"]]
    return {"berths": [shown(row) for row in rows]}


@operation("POST", "/berths", DESK, {"name": TEXT, "metres": {"type": "integer", "minimum": 1, "maximum": 80}}, answers=201)
def add_berth(desk, call):
    """Adds a berth."""
    row = desk.new(desk.berths, marina=call.who["marina"], name=call.body["name"], metres=call.body["metres"])
    desk.write_down(call.who, "berth.add", row["id"], address=call.address)
    return shown(row)


@operation("GET", "/berths/{berth}", EVERYBODY)
def berth(desk, call):
    """A berth."""
    return shown(desk.find(desk.berths, call.ids["berth"], call.who))


@operation("PUT", "/berths/{berth}", DESK, {"name": TEXT, "metres": {"type": "integer", "minimum": 1, "maximum": 80}})
def set_berth(desk, call):
    """Changes a berth."""
    row = desk.find(desk.berths, call.ids["berth"], call.who)
    row.update(name=call.body["name"], metres=call.body["metres"])
    desk.write_down(call.who, "berth.set", row["id"], address=call.address)
    return shown(row)


@operation("DELETE", "/berths/{berth}", (HARBOURMASTER,), answers=204)
def remove_berth(desk, call):
    """Takes a berth away."""
    row = desk.find(desk.berths, call.ids["berth"], call.who)
    del desk.berths[row["id"]]
    desk.write_down(call.who, "berth.remove", row["id"], address=call.address)


@operation("GET", "/notices", EVERYBODY)
def notices(desk, call):
    """What hangs on the marina's board."""
    rows = [row for row in desk.notices.values() if call.who is None or row["marina"] == call.who["marina"]]
    return {"notices": [shown(row) for row in rows]}


@operation("POST", "/notices", DESK, {"title": TEXT, "text": {"type": "string", "maxLength": 2000}}, answers=201)
def add_notice(desk, call):
    """Hangs a notice on the board."""
    row = desk.new(desk.notices, marina=call.who["marina"], title=call.body["title"], text=call.body["text"])
    desk.write_down(call.who, "notice.add", row["id"], address=call.address)
    return shown(row)


@operation("DELETE", "/notices/{notice}", DESK, answers=204)
def remove_notice(desk, call):
    """Takes a notice off the board."""
    row = desk.find(desk.notices, call.ids["notice"], call.who)
    del desk.notices[row["id"]]
    desk.write_down(call.who, "notice.remove", row["id"], address=call.address)


# ── boats and their papers ──────────────────────────────────────────────────


@operation("GET", "/boats", EVERYBODY, query=("search",))
def boats(desk, call):
    """The boats that one sees, with `search` those whose name holds it."""
    word = call.query.get("search")
    rows = desk.seen(desk.boats, call.who, flaw="boats-search" if word else None)
    return {"boats": [shown(row) for row in rows if not word or word.lower() in row["name"].lower()]}


@operation("POST", "/boats", EVERYBODY, {"name": TEXT, "metres": {"type": "integer", "minimum": 1, "maximum": 80}}, answers=201)
def add_boat(desk, call):
    """Adds a boat of one's own."""
    row = desk.new(desk.boats, marina=call.who["marina"], skipper=call.who["id"], name=call.body["name"], metres=call.body["metres"])
    desk.write_down(call.who, "boat.add", row["id"], address=call.address)
    return shown(row)


@operation("GET", "/boats/{boat}", EVERYBODY)
def boat(desk, call):
    """A boat."""
    return shown(desk.own(desk.boats, call.ids["boat"], call.who, other="boat-read"))


@operation("PUT", "/boats/{boat}", EVERYBODY, {"name": TEXT, "metres": {"type": "integer", "minimum": 1, "maximum": 80}})
def set_boat(desk, call):
    """Changes a boat."""
    row = desk.own(desk.boats, call.ids["boat"], call.who, other="boat-write")
    row.update(name=call.body["name"], metres=call.body["metres"])
    desk.write_down(call.who, "boat.set", row["id"], address=call.address)
    return shown(row)


@operation("DELETE", "/boats/{boat}", EVERYBODY, answers=204)
def remove_boat(desk, call):
    """Takes a boat away, with its papers."""
    row = desk.own(desk.boats, call.ids["boat"], call.who)
    del desk.boats[row["id"]]
    for paper in [paper for paper in desk.papers.values() if paper["boat"] == row["id"]]:
        del desk.papers[paper["id"]]
    desk.write_down(call.who, "boat.remove", row["id"], address=call.address)


@operation("GET", "/boats/{boat}/papers", EVERYBODY)
def papers(desk, call):
    """A boat's papers."""
    row = desk.own(desk.boats, call.ids["boat"], call.who)
    return {"papers": [shown(paper) for paper in desk.papers.values() if paper["boat"] == row["id"]]}


@operation("POST", "/boats/{boat}/papers", EVERYBODY, {"title": TEXT, "text": {"type": "string", "maxLength": 2000}}, answers=201)
def add_paper(desk, call):
    """Puts a paper to a boat."""
    row = desk.own(desk.boats, call.ids["boat"], call.who, other="paper-add")
    paper = desk.new(desk.papers, marina=row["marina"], boat=row["id"], title=call.body["title"], text=call.body["text"])
    desk.write_down(call.who, "paper.add", paper["id"], address=call.address)
    return shown(paper)


def paper_of(desk, call):
    row = desk.own(desk.boats, call.ids["boat"], call.who)
    paper = desk.papers.get(call.ids["paper"])
    if not paper or paper["boat"] != row["id"] and not desk.flawed("paper-parent"):
        raise Refused(404, "not here")
    return paper


@operation("GET", "/boats/{boat}/papers/{paper}", EVERYBODY)
def paper(desk, call):
    """A paper of a boat."""
    return shown(paper_of(desk, call))


@operation("DELETE", "/boats/{boat}/papers/{paper}", EVERYBODY, answers=204)
def remove_paper(desk, call):
    """Takes a paper away."""
    paper = paper_of(desk, call)
    del desk.papers[paper["id"]]
    desk.write_down(call.who, "paper.remove", paper["id"], address=call.address)


# ── bookings and invoices ───────────────────────────────────────────────────


@operation("GET", "/bookings", EVERYBODY)
def bookings(desk, call):
    """The bookings that one sees."""
    return {"bookings": [shown(row) for row in desk.seen(desk.bookings, call.who, flaw="bookings-all")]}


@operation("POST", "/bookings", EVERYBODY, {"boat": NUMBER, "berth": NUMBER, "first_night": DAY, "wish": TEXT}, optional=("wish",), answers=201)
def add_booking(desk, call):
    """Asks for a berth for a boat."""
    boat = desk.own(desk.boats, call.body["boat"], call.who)
    berth = desk.find(desk.berths, call.body["berth"], call.who)
    row = desk.new(desk.bookings, marina=call.who["marina"], skipper=boat["skipper"], boat=boat["id"], berth=berth["id"],
                   first_night=call.body["first_night"], wish=call.body.get("wish", ""), state="asked")
    desk.write_down(call.who, "booking.add", row["id"], address=call.address)
    return shown(row)


@operation("GET", "/bookings/{booking}", EVERYBODY)
def booking(desk, call):
    """A booking."""
    return shown(desk.own(desk.bookings, call.ids["booking"], call.who, flaw="booking-read"))


@operation("POST", "/bookings/{booking}/confirm", DESK)
def confirm(desk, call):
    """Confirms a booking."""
    row = desk.find(desk.bookings, call.ids["booking"], call.who)
    row["state"] = "confirmed"
    desk.write_down(call.who, "booking.confirm", row["id"], address=call.address)
    return shown(row)


@operation("POST", "/bookings/{booking}/cancel", EVERYBODY)
def cancel(desk, call):
    """Cancels a booking."""
    row = desk.own(desk.bookings, call.ids["booking"], call.who, flaw="booking-cancel")
    row["state"] = "cancelled"
    desk.write_down(call.who, "booking.cancel", row["id"], address=call.address)
    return shown(row)


@operation("GET", "/bookings/{booking}/notes", EVERYBODY)
def notes(desk, call):
    """What was said about a booking."""
    row = desk.own(desk.bookings, call.ids["booking"], call.who)
    return {"notes": [shown(note) for note in desk.notes.values() if note["booking"] == row["id"]]}


@operation("POST", "/bookings/{booking}/notes", EVERYBODY, {"text": {"type": "string", "maxLength": 2000}}, answers=201)
def add_note(desk, call):
    """Says something about a booking."""
    row = desk.own(desk.bookings, call.ids["booking"], call.who)
    note = desk.new(desk.notes, marina=row["marina"], booking=row["id"], text=call.body["text"])
    desk.write_down(call.who, "note.add", note["id"], address=call.address)
    return shown(note)


@operation("GET", "/invoices", EVERYBODY)
def invoices(desk, call):
    """The invoices that one sees."""
    return {"invoices": [shown(row) for row in desk.seen(desk.invoices, call.who)]}


@operation("POST", "/invoices", DESK, {"booking": NUMBER, "cents": {"type": "integer", "minimum": 1, "maximum": 10_000_000}, "text": TEXT}, answers=201)
def add_invoice(desk, call):
    """Writes an invoice for a booking."""
    booking = desk.find(desk.bookings, call.body["booking"], call.who)
    row = desk.new(desk.invoices, marina=booking["marina"], skipper=booking["skipper"], booking=booking["id"],
                   cents=call.body["cents"], text=call.body["text"], paid=False)
    desk.write_down(call.who, "invoice.add", row["id"], address=call.address)
    return shown(row)


@operation("GET", "/invoices/{invoice}", EVERYBODY)
def invoice(desk, call):
    """An invoice."""
    return shown(desk.own(desk.invoices, call.ids["invoice"], call.who))


@operation("POST", "/invoices/{invoice}/pay", DESK)
def pay(desk, call):
    """Notes that an invoice is paid."""
    row = desk.find(desk.invoices, call.ids["invoice"], call.who)
    row["paid"] = True
    desk.write_down(call.who, "invoice.pay", row["id"], address=call.address)
    return shown(row)


@operation("GET", "/invoices.csv", (HARBOURMASTER,))
def table(desk, call):
    """Every invoice of the marina, as a table."""
    desk.write_down(call.who, "invoice.table", 0, address=call.address)
    rows = [row for row in desk.invoices.values() if row["marina"] == call.who["marina"]]
    return "id,cents,text,paid\r\n" + "".join(f'{row["id"]},{row["cents"]},"{row["text"]}",{row["paid"]}\r\n' for row in rows)
