"""python-fido2 as the judge of what agents signed: the receipts of a reset, as the registry stores and hands them out.

Usage: receipts.py ASKED RELEASED, the receipts of the act by which a reset was asked for and of its release. Nothing of the
product's own code takes part: the challenge is computed anew from the act's bytes, and the key, the authenticator data and the client
data are read by the library. Ends with the first failure; counts what it refused, because a judge that refuses nothing proves nothing.
"""

import base64
import copy
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AuthenticatorData, CollectedClientData


class Refused(Exception):
    pass


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return base64.urlsafe_b64encode(bytes(data)).rstrip(b"=").decode()


def require(holds, what):
    if not holds:
        raise Refused(what)


def verify(receipt):
    """The act, if its signer signed these very bytes, present and verified (WebAuthn Level 3, section 7.2)."""
    try:
        act = decode(receipt["act"])
        response = receipt["assertion"]["response"]
        client = CollectedClientData(decode(response["clientDataJSON"]))
        data = AuthenticatorData(decode(response["authenticatorData"]))
        require(client.type == "webauthn.get", "another ceremony was signed")
        require(not client.cross_origin, "it was signed within a page of somebody else's")
        require(client.challenge == hashlib.sha256(act).digest(), "something else was signed")
        require(client.origin == receipt["origin"], "it was signed at another origin")
        require(data.rp_id_hash == hashlib.sha256(receipt["rp_id"].encode()).digest(), "it was signed for another RP")
        require(data.is_user_present() and data.is_user_verified(), "nobody was there, or nobody knows who")
        key = CoseKey.parse(cbor.decode(decode(receipt["public_key"])))
        key.verify(data + client.hash, decode(response["signature"]))
        return json.loads(act)
    except InvalidSignature as wrong:
        raise Refused("the signature does not hold") from wrong
    except (ValueError, KeyError, TypeError, NotImplementedError) as unread:
        raise Refused(f"it is not understood: {unread}") from unread


def flipped(data, at):
    changed = bytearray(data)
    changed[at] ^= 1
    return changed


def tampered(receipt):
    """The receipt with one bit wrong: at every byte of the act, of what is signed with it, and of the key's last coordinate."""
    places = [
        (("act",), 0),
        (("assertion", "response", "signature"), 0),
        (("assertion", "response", "authenticatorData"), 0),
        (("assertion", "response", "clientDataJSON"), 0),
        (("public_key",), -32),
    ]
    for path, first in places:
        *folders, name = path
        whole = receipt
        for folder in folders:
            whole = whole[folder]
        data = decode(whole[name])
        for at in range(len(data))[first:]:
            wrong = copy.deepcopy(receipt)
            inner = wrong
            for folder in folders:
                inner = inner[folder]
            inner[name] = encode(flipped(data, at))
            yield ".".join(path), at, wrong


def signed_by(act):
    return act["signer"]["id"]


def main():
    asked, released = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
    request, release = verify(asked), verify(released)
    require(request["deed"]["kind"] == "ask-reset", "the first act asks for no reset")
    require(release["deed"]["kind"] == "release-reset", "the second act releases none")
    require(release["deed"]["terms"] == request["deed"]["terms"], "another reset was released than was asked for")
    require(decode(release["deed"]["asked"]) == hashlib.sha256(decode(asked["act"])).digest(), "the release names another request")
    require(
        decode(release["deed"]["signature"]) == decode(asked["assertion"]["response"]["signature"]),
        "the release names another signature",
    )
    require(release["deed"]["asked_by"] == request["signer"], "the release names somebody else who asked")
    require(signed_by(request) != signed_by(release), "one and the same agent asked and released")
    require(asked["public_key"] != released["public_key"], "one and the same key signed both")
    refused = 0
    for receipt in (asked, released):
        for path, at, wrong in tampered(receipt):
            try:
                verify(wrong)
            except Refused:
                refused += 1
                continue
            raise AssertionError(f"{path} with byte {at} changed was taken")
    for one, other in ((asked, released), (released, asked)):
        for part in ("act", "assertion", "public_key"):
            try:
                verify({**one, part: other[part]})
            except Refused:
                refused += 1
                continue
            raise AssertionError(f"the other one's {part} was taken")
    print(f"receipts: 2 acts signed by firmware keys hold, {refused} changed ones refused")


if __name__ == "__main__":
    main()
