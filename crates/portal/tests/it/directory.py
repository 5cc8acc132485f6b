"""Lets scim2-tester look at a portal as a directory sees it: directory.py BASE TOKEN. Prints what it found as JSON."""

import json
import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

base, token = sys.argv[1:]
client = httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"})
scim = SyncSCIMClient(client)
scim.discover()


def is_meant(result):
    # `/.search` is a second way to ask what GET asks (RFC 7644 section 3.4.3), which no directory needs, and is not spoken.
    searches = "search" in (result.title or "")
    # An address comes back with what the schema says is the portal's to set: that it is the work's, and the primary one.
    is_told_more = "for 'emails'" in (result.reason or "") and "type='work', primary=True" in result.reason
    return searches or is_told_more


results = [result for result in check_server(scim) if not is_meant(result)]
right = [result for result in results if result.status in (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE)]
other = [result for result in results if result not in right and result.status is not Status.SKIPPED]
wrong = [f"{result.status.name} {result.title}: {result.reason}" for result in other]
print(json.dumps({"right": len(right), "wrong": wrong}))
