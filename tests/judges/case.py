"""The case that a Python judge is given, and how it says what it decided.

A verdict is the exit status: 0 accepted, 10 rejected with the reason on standard error, anything else is no verdict (a broken
judge must not count as one that rejects).
"""

import base64
import hashlib
import json
import sys


class Rejected(Exception):
    """The judge's reason."""


def decide(judge, rejections):
    """Reads the case named on the command line, lets `judge(case)` speak; `rejections` are its library's refusals."""
    with open(sys.argv[1], encoding="utf-8") as file:
        case = json.load(file)
    try:
        judge(case)
        require_the_person(case)
    except (Rejected, *rejections) as reason:
        sys.stderr.write(f"{type(reason).__name__}: {reason}\n")
        sys.exit(10)


def require_the_person(case):
    """Libraries leave these to the relying party: whose credential it is, and that both halves speak of the same one."""
    if case["creationOptions"]["user"]["id"] != case["userHandle"]:
        raise Rejected("the credential was asked for another user handle")
    if case["assertion"]["response"].get("userHandle") != case["userHandle"]:
        raise Rejected("the assertion speaks for another user handle")
    if case["assertion"]["id"] != case["registration"]["id"]:
        raise Rejected("the assertion is by another credential")
    if "act" in case and hashlib.sha256(decode(case["act"])).digest() != decode(case["requestOptions"]["challenge"]):
        raise Rejected("something else was signed than the act")


def decode(text):
    """base64url without padding, as WebAuthn's JSON has it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
