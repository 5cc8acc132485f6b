#!/usr/bin/env python3
"""What the audit does to a portal by hand, where no interface can: for the manifest's commands.

    by_hand.py archive DIR URL   makes an organisation with a project and a message in it, whose messages are kept for a while
                                 once it is closed, and closes it
    by_hand.py later DIR TABLE   lets time pass for the newest row of TABLE, and each job run once
    by_hand.py age DIR TABLE     lets time pass for the newest row of TABLE, which stays old
    by_hand.py count DIR TABLE   says how many rows there are
    by_hand.py record DIR        prints the records of accounts, as the trail shows the others: no interface does that yet
    by_hand.py dump DIR          prints everything that is kept
    by_hand.py stop DIR          stops one job: it finds a row that it cannot read
    by_hand.py start DIR         takes that row away

The portal has no switch that pretends another time, and no command that stops a job: either would be there for whoever breaks
in, too. So what is to be old is made old in the database, and the job fails as it would over a byte that the disk got wrong.
"""

import json
import pathlib
import secrets
import sqlite3
import subprocess
import sys
import urllib.request

DAY = 24 * 3600 * 1_000_000
# For each table: whose times they are, which, and by which of them the newest row is found. In microseconds.
TIMES = {
    "session": ("session", ["opened_at", "expires_at"], "opened_at"),
    # A message goes so many days after its project was closed.
    "message": ("project", ["status_at"], "status_at"),
    # Links for a day are over later than those for an hour, whichever came last.
    "link": ("link", ["expires_at"], "rowid"),
    "invitation": ("invitation", ["expires_at"], "expires_at"),
}
AGE = 40 * DAY
# A receiver of the record whose name is no text (the byte FF begins none in UTF-8). The job that pushes looks each second.
UNREADABLE = "CAST(x'FF' AS TEXT)"


def move(database, table, by, which):
    """Moves the times of rows. The database refuses a row that changes without its event: its guards are off meanwhile."""
    of, columns, _ = TIMES[table]
    guards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (of,))
    guards = guards.fetchall()
    database.execute("BEGIN IMMEDIATE")
    for name, _ in guards:
        database.execute(f"DROP TRIGGER {name}")
    changes = ", ".join(f"{column} = {column} + {by}" for column in columns)
    database.execute(f"UPDATE {of} SET {changes} WHERE rowid = ?", (which,))
    for _, made in guards:
        database.execute(made)
    database.execute("COMMIT")


def age(database, table):
    of, _, since = TIMES[table]
    (newest,) = database.execute(f"SELECT rowid FROM {of} ORDER BY {since} DESC LIMIT 1").fetchone()
    move(database, table, -AGE, newest)
    return newest


def later(database, directory, table):
    newest = age(database, table)
    subprocess.run([pathlib.Path(__file__).parent / "jobs.sh", directory], check=True)
    # What is still there is as old as it was: the record holds.
    move(database, table, AGE, newest)


def archive(directory, url):
    # Somebody of whom nobody asks a second factor.
    mail, password = f"archivist-{secrets.token_hex(4)}@example.com", "a fine long password"
    founded = {"name": "Closed things", "owner": "Archivist", "mail": mail, "password": password, "clients": ["Done"]}
    built = pathlib.Path(__file__).parent / "built.sh"
    subprocess.run([built, "do", "--data", directory, "organisation.create", json.dumps(founded)], check=True, stdout=subprocess.DEVNULL)
    token = None

    def ask(verb, path, body=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        body = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}/api/v1{path}", body, headers, method=verb)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    token = ask("POST", "/session", {"mail": mail, "password": password})["token"]
    client = ask("GET", "/clients")["clients"][0]["id"]
    project = ask("POST", "/projects", {"title": "Closed", "client": client})["id"]
    ask("POST", f"/projects/{project}/messages", {"text": "What is kept for thirty days."})
    ask("PUT", "/retention", {"messages_days": 30})
    ask("PUT", f"/projects/{project}/status", {"status": "archived", "sentence": "It is done."})


def record(database):
    accounts = "SELECT CAST(body AS TEXT), private FROM event WHERE chain LIKE 'account/%' ORDER BY n"
    for body, private in database.execute(accounts):
        event = json.loads(body)
        objects = [{"kind": target["kind"], "id": target["id"]} for target in event["tgt"]]
        first = objects[0] if objects else {"kind": None, "id": None}
        about = {value["field"]: value["value"] for value in json.loads(private or "[]")}
        row = {
            "id": event["id"],
            "at": event["at"],
            "action": event["act"],
            "actor": event["actor"]["id"],
            "actor_kind": event["actor"]["kind"],
            "object": first["id"],
            "object_kind": first["kind"],
            "objects": objects,
            "result": event["out"],
            "source": about.get("actor.ip"),
            "request": event["req"],
            "chain": event["chain"],
        }
        print(json.dumps(row))


def main(what, place, table=None):
    if what == "archive":
        return archive(place, table)
    database = sqlite3.connect(pathlib.Path(place) / "portal.db", timeout=20, isolation_level=None)
    match what:
        case "later":
            later(database, place, table)
        case "age":
            age(database, table)
        case "count":
            print(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        case "record":
            record(database)
        case "dump":
            print("\n".join(database.iterdump()))
        case "stop":
            queue = "push (receiver, position, received, tries, next_at, claimed_until)"
            database.execute(f"INSERT INTO {queue} VALUES ({UNREADABLE}, 0, 0, 0, 0, 0)")
        case "start":
            database.execute(f"DELETE FROM push WHERE receiver = {UNREADABLE}")
        case _:
            sys.exit(__doc__)
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 2 else sys.exit(__doc__)
