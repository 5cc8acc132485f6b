"""What can be wrong with the quay, each a line somewhere in desk.py or routes.py. The sound build has none of them."""

FLAWS = {
    # name: (what it is, the checks that find it and where)
    "notices-open": ("whoever is not signed in reads the notices", [("AZ01", "GET /notices")]),
    "boat-read": ("a boat is looked up among all marinas' boats", [("AZ02", "GET /boats/{boat}")]),
    "boat-write": ("a boat of another marina can be renamed", [("AZ03", "PUT /boats/{boat}")]),
    "paper-add": ("a paper can be put to another marina's boat", [("AZ03", "POST /boats/{boat}/papers")]),
    "booking-read": ("a skipper reads other skippers' bookings", [("AZ04", "GET /bookings/{booking}")]),
    "booking-cancel": ("a skipper cancels other skippers' bookings", [("AZ04", "POST /bookings/{booking}/cancel")]),
    "invoice-pay": ("everybody marks invoices as paid", [("AZ05", "POST /invoices/{invoice}/pay")]),
    "berth-delete": ("a clerk takes berths away", [("AZ05", "DELETE /berths/{berth}")]),
    "gone-stays": ("who was taken out of the marina keeps the sign-in", [("AZ06", "removed")]),
    "sign-out": ("a sign-in goes on after signing out", [("AZ07", "sign-out")]),
    "me-role": ("one's own role can be sent along with one's own name", [("AZ08", "PUT /me")]),
    "people-hash": (
        "people are shown with the fingerprints of their passwords",
        [
            ("AZ09", place)
            for place in (
                *("GET /people", "POST /people", "GET /people/{person}", "PATCH /people/{person}"),
                *("GET /me", "PUT /me", "POST /login"),
            )
        ],
    ),
    "bookings-all": ("the list of bookings holds every marina's", [("AZ10", "GET /bookings")]),
    "boats-search": ("searching among boats goes over the wall", [("AZ10", "GET /boats")]),
    "paper-parent": (
        "a paper is found by its own number, whatever boat stands in the path",
        [("AZ11", "GET /boats/{boat}/papers/{paper}"), ("AZ11", "DELETE /boats/{boat}/papers/{paper}")],
    ),
    "guesses": ("passwords can be guessed without an end", [("OP01", "sign-in /login")]),
    "confirm-silent": ("confirming a booking leaves no record", [("AT01", "POST /bookings/{booking}/confirm")]),
    "own-role": ("everybody gives himself a role", [("AZ14", "PATCH /people/{actor.id}")]),
    "last-one": ("the last harbourmaster can be taken away", [("AZ14", "the last owner")]),
    "csv-silent": ("the table of invoices leaves no record", [("AT02", "GET /invoices.csv")]),
}


def chosen(text):
    """The flaws that a comma-separated list names; `all` are all of them."""
    names = set(FLAWS) if text == "all" else {name for name in text.split(",") if name}
    unknown = names - set(FLAWS)
    if unknown:
        raise SystemExit(f"quay: no flaw is called {', '.join(sorted(unknown))}\n\nhint: {', '.join(FLAWS)}")
    return names
