#!/usr/bin/env python3
"""The quay: a booking desk for marinas, to try an audit on. Python's standard library and nothing else.

  service.py --port 8200                    the sound one
  service.py --port 8200 --flaws all        with every flaw of flaws.py; or a list: --flaws boat-read,sign-out
"""

import argparse
import datetime
import json
import re
import types
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import flaws
from desk import DESK, EVERYBODY, Desk, Refused
from routes import OPERATIONS

BODY_MAX = 100_000


def roles_of(desk, operation):
    """Who may; `None` is everybody, signed in or not."""
    where = operation["verb"], operation["path"]
    if where == ("GET", "/notices") and desk.flawed("notices-open"):
        return None
    if where == ("POST", "/invoices/{invoice}/pay") and desk.flawed("invoice-pay"):
        return EVERYBODY
    if where == ("DELETE", "/berths/{berth}") and desk.flawed("berth-delete"):
        return DESK
    if where == ("PATCH", "/people/{person}") and desk.flawed("own-role"):
        return EVERYBODY
    return operation["roles"]


def matched(operation, path):
    """The numbers in a path, or nothing where it is another one."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>\\d{1,18})", re.escape(operation["path"]))
    found = re.fullmatch(pattern, path)
    return found and {name: int(number) for name, number in found.groupdict().items()}


def wrong(value, schema):
    """Why a value does not fit, or nothing."""
    kind = schema["type"]
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be a whole number"
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return "is out of range"
        return None
    if not isinstance(value, str):
        return "must be a text"
    if not schema.get("minLength", 1) <= len(value) <= schema.get("maxLength", 2000):
        return "is too short or too long"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}"
    if schema.get("format") == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "must be a mail address"
    if schema.get("format") == "date":
        try:
            datetime.date.fromisoformat(value)
        except ValueError:
            return "must be a day, as 2026-07-01"
    return None


def checked(operation, sent):
    """The fields that an operation takes, each as it should be."""
    if not operation["takes"]:
        return {}
    if not isinstance(sent, dict):
        raise Refused(400, "the body must be a JSON object")
    body = {}
    for name, schema in operation["takes"].items():
        if name not in sent:
            if name in operation["optional"]:
                continue
            raise Refused(422, f"{name} is missing")
        why = wrong(sent[name], schema) if sent[name] != "" or name not in operation["optional"] else None
        if why:
            raise Refused(422, f"{name} {why}")
        body[name] = sent[name]
    return body


def document(desk):
    """OpenAPI 3.1, from the table of operations."""
    paths = {}
    for operation in OPERATIONS:
        place = [{"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}
                 for name in re.findall(r"\{(\w+)\}", operation["path"])]
        place += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in operation["query"]]
        said = {"operationId": operation["do"].__name__, "summary": operation["about"], "parameters": place,
                "responses": {str(operation["status"]): {"description": "done"}}}
        if operation["roles"] is None:
            said["security"] = []
        if operation["takes"]:
            required = [name for name in operation["takes"] if name not in operation["optional"]]
            schema = {"type": "object", "properties": operation["takes"], "required": required}
            said["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        paths.setdefault(operation["path"], {})[operation["verb"].lower()] = said
    return {"openapi": "3.1.0", "info": {"title": "Quay", "version": "1"}, "security": [{"bearer": []}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}, "paths": paths}


class Handler(BaseHTTPRequestHandler):
    """One request: find the operation, ask who it is, whether they may, and do it."""

    desk: Desk
    protocol_version, server_version, sys_version = "HTTP/1.1", "quay", ""
    # Head and body are written one after the other: nobody is to wait for a delayed acknowledgement in between.
    disable_nagle_algorithm = True

    def handle_any(self):
        address = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_MAX:
            self.close_connection = True
            return self.answer(413, {"error": "that is too much", "reference": str(uuid.uuid4())})
        raw = self.rfile.read(length)
        try:
            with self.desk.lock:
                status, output = self.act(address, raw)
        except Refused as refused:
            status, output = refused.status, {"error": refused.why, "reference": str(uuid.uuid4())}
        return self.answer(status, output)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def act(self, address, raw):
        if (self.command, address.path) == ("GET", "/health"):
            return 200, {"up": True}
        if (self.command, address.path) == ("GET", "/.well-known/security.txt"):
            until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=180)
            return 200, f"Contact: mailto:security@quay-marina.com\nExpires: {until:%Y-%m-%dT%H:%M:%SZ}\n"
        if (self.command, address.path) == ("GET", "/openapi.json"):
            return 200, document(self.desk)
        here = [(operation, matched(operation, address.path)) for operation in OPERATIONS]
        here = [(operation, ids) for operation, ids in here if ids is not None]
        operation, ids = next(((one, ids) for one, ids in here if one["verb"] == self.command), (None, None))
        if operation is None:
            raise Refused(405 if here else 404, "not here")
        token = (self.headers.get("authorization") or "").removeprefix("Bearer ").strip()
        who, roles = self.desk.who(token) if token else None, roles_of(self.desk, operation)
        if roles is not None and who is None:
            raise Refused(401, "sign in first")
        if roles is not None and who["role"] not in roles:
            self.desk.write_down(who, operation["do"].__name__, 0, "refused", self.client_address[0])
            raise Refused(403, "not for you")
        try:
            sent = json.loads(raw) if raw.strip() else {}
        except ValueError as error:
            raise Refused(400, "the body is no JSON") from error
        query = dict(urllib.parse.parse_qsl(address.query))
        call = types.SimpleNamespace(who=who, token=token, ids=ids, query=query, sent=sent,
                                     body=checked(operation, sent), address=self.client_address[0])
        try:
            return operation["status"], operation["do"](self.desk, call)
        except Refused as refused:
            if who and refused.status in (403, 404):
                self.desk.write_down(who, operation["do"].__name__, next(iter(ids.values()), 0), "refused", self.client_address[0])
            raise

    def answer(self, status, output):
        text = isinstance(output, str)
        body = b"" if output is None else (output if text else json.dumps(output)).encode()
        self.send_response(status)
        kind = "text/csv" if self.path.startswith("/invoices.csv") else "text/plain; charset=utf-8"
        self.send_header("content-type", kind if text else "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing: the journal says what happened."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8200)
    parser.add_argument("--flaws", default="", help="all, or a comma-separated list of: " + ", ".join(flaws.FLAWS))
    said = parser.parse_args()
    Handler.desk = Desk(flaws.chosen(said.flaws))
    server = ThreadingHTTPServer(("127.0.0.1", said.port), Handler)
    server.daemon_threads = True
    print(f"quay: http://127.0.0.1:{server.server_port}, {len(Handler.desk.flaws)} flaws", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
