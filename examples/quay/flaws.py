"""What can be wrong with the quay, each a line somewhere in desk.py. The sound build has none of them."""

FLAWS = {
    # name: (the check that finds it, where, what it is)
    "notices-open": ("AZ01", "GET /notices", "whoever is not signed in reads the notices"),
    "boat-read": ("AZ02", "GET /boats/{boat}", "a boat is looked up among all marinas' boats"),
    "boat-write": ("AZ03", "PUT /boats/{boat}", "a boat of another marina can be renamed"),
    "paper-add": ("AZ03", "POST /boats/{boat}/papers", "a paper can be put to another marina's boat"),
    "booking-read": ("AZ04", "GET /bookings/{booking}", "a skipper reads other skippers' bookings"),
    "booking-cancel": ("AZ04", "POST /bookings/{booking}/cancel", "a skipper cancels other skippers' bookings"),
    "invoice-pay": ("AZ05", "POST /invoices/{invoice}/pay", "everybody marks invoices as paid"),
    "berth-delete": ("AZ05", "DELETE /berths/{berth}", "a clerk takes berths away"),
    "gone-stays": ("AZ06", "DELETE /people/{person}", "who was taken out of the marina keeps the sign-in"),
    "sign-out": ("AZ07", "POST /logout", "a sign-in goes on after signing out"),
    "me-role": ("AZ08", "PUT /me", "one's own role can be sent along with one's own name"),
    "people-hash": ("AZ09", "GET /people", "people are shown with the fingerprints of their passwords"),
    "bookings-all": ("AZ10", "GET /bookings", "the list of bookings holds every marina's"),
    "boats-search": ("AZ10", "GET /boats", "searching among boats goes over the wall"),
    "paper-parent": ("AZ11", "GET /boats/{boat}/papers/{paper}", "a paper is found by its own number, whatever boat stands in the path"),
    "own-role": ("AZ14", "PATCH /people/{person}", "everybody gives himself a role"),
    "last-one": ("AZ14", "DELETE /people/{person}", "the last harbourmaster can be taken away"),
    "guesses": ("OP01", "sign-in /login", "passwords can be guessed without an end"),
    "confirm-silent": ("AT01", "POST /bookings/{booking}/confirm", "confirming a booking leaves no record"),
    "csv-silent": ("AT02", "GET /invoices.csv", "the table of invoices leaves no record"),
}


def chosen(text):
    """The flaws that a comma-separated list names; `all` are all of them."""
    names = set(FLAWS) if text == "all" else {name for name in text.split(",") if name}
    unknown = names - set(FLAWS)
    if unknown:
        raise SystemExit(f"quay: no flaw is called {', '.join(sorted(unknown))}\n\nhint: {', '.join(FLAWS)}")
    return names
