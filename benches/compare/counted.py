#!/usr/bin/env python3
"""The quay, with a line in a log for each request it answers: the same count for every tool that walks it.

  counted.py --port 0 --flaws all --log FILE

A line is `VERB path status left gone`: how many objects there are that were not there at the beginning, and how many of
those that were there are no more. `GET /health?begin` sets the beginning anew. Nothing else of the quay is changed, but on
demand the words of its refusals, for a tool that takes the number in them for somebody's data.
"""

import argparse
import pathlib
import sys

QUAY = pathlib.Path(__file__).resolve().parents[2] / "examples" / "quay"
sys.path.insert(0, str(QUAY))

import flaws  # noqa: E402
import service  # noqa: E402

TABLES = ("berths", "boats", "papers", "bookings", "notes", "invoices", "notices", "keys")
BEGIN = "/health?begin"
PLAIN = {401: "Unauthorized", 403: "Forbidden"}


class Table(dict):
    """A table that knows which of its rows are new."""

    def __init__(self):
        super().__init__()
        self.begin()

    def begin(self):
        self.fresh, self.gone = set(), 0

    def __setitem__(self, number, row):
        self.fresh.add(number)
        super().__setitem__(number, row)

    def __delitem__(self, number):
        super().__delitem__(number)
        if number in self.fresh:
            self.fresh.remove(number)
        else:
            self.gone += 1


class CountedDesk(service.Desk):
    """The quay's desk; who was taken out of a marina counts as gone."""

    def __init__(self, chosen):
        super().__init__(chosen)
        for table in TABLES:
            setattr(self, table, Table())
        self.begin()

    def begin(self):
        for table in TABLES:
            getattr(self, table).begin()
        self.before = {number for number, person in self.people.items() if person["here"]}

    def counts(self):
        tables = [getattr(self, table) for table in TABLES]
        here = {number for number, person in self.people.items() if person["here"]}
        return (sum(len(table.fresh) for table in tables) + len(here - self.before),
                sum(table.gone for table in tables) + len(self.before - here))


def counted(log, plain):
    """The quay's handler, which writes down what it has answered, also where it could not make sense of the request."""

    class Counted(service.Handler):
        disable_nagle_algorithm = True  # head and body go out as two pieces: else the second waits for the peer's slow acknowledgement

        def answer(self, status, output):
            super().answer(status, {"error": PLAIN[status]} if plain and status in PLAIN else output)

        def log_request(self, code="-", size="-"):
            path = getattr(self, "path", "-")
            with self.desk.lock:
                if path == BEGIN:
                    self.desk.begin()
                log.write("{} {} {} {} {}\n".format(self.command or "-", path, int(code), *self.desk.counts()))

    return Counted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--flaws", default="")
    parser.add_argument("--log", required=True)
    parser.add_argument("--plain-refusals", action="store_true", help="a refusal says nothing but the name of its status")
    said = parser.parse_args()
    service.Handler.desk = CountedDesk(flaws.chosen(said.flaws))
    log = open(said.log, "a", buffering=1, encoding="utf-8")
    log.write("start\n")
    server = service.ThreadingHTTPServer(("127.0.0.1", said.port), counted(log, said.plain_refusals))
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
