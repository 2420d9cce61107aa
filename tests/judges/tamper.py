"""Cases that no judge may accept: each is a good case with one thing wrong.

A judge that accepts one of these cannot fail, and its approval of the good case is worth nothing.
"""

import copy
import json

from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.webauthn import AuthenticatorData

from case import decode, encode


def variants(case):
    """(what is wrong, the case) for everything that can be wrong with this case."""
    for half, options in (("registration", "creationOptions"), ("assertion", "requestOptions")):
        yield f"{half}: another challenge was given", changed(case, flip, options, "challenge")
        yield f"{half}: signed for another challenge", client_data(case, half, "challenge", flip)
        yield f"{half}: made at another origin", client_data(case, half, "origin", lambda origin: origin + ".evil.example")
        yield f"{half}: of the other ceremony", client_data(case, half, "type", lambda _: "webauthn.other")
    yield "registration: another RP was asked for", changed(case, other_rp, "creationOptions", "rp", "id")
    yield "assertion: another RP was asked for", changed(case, other_rp, "requestOptions", "rpId")
    yield "assertion: signature with one bit wrong", changed(case, flip, "assertion", "response", "signature")
    yield "assertion: without user verification", changed(case, unverified, "assertion", "response", "authenticatorData")
    yield "assertion: another user handle", changed(case, flip, "assertion", "response", "userHandle")
    yield "another person expected", changed(case, flip, "userHandle")
    yield "registration: made for another RP", attestation(case, lambda it: it.update(authData=other_hash(it["authData"])))
    yield "registration: without user verification", attestation(case, lambda it: it.update(authData=no_uv(it["authData"])))
    yield "registration: another public key", attestation(case, lambda it: it.update(authData=other_key(it["authData"])))
    if "act" in case:
        yield "act: one bit of it", changed(case, flip, "act")
    if "sig" in opened(case)["attStmt"]:
        yield "registration: attestation signature with one bit wrong", attestation(
            case, lambda it: it["attStmt"].update(sig=last_bit(it["attStmt"]["sig"]))
        )


def changed(case, change, *path):
    """A copy of the case with `change` applied to the value at the path."""
    wrong = copy.deepcopy(case)
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = change(place[path[-1]])
    return wrong


def client_data(case, half, member, change):
    def rewrite(text):
        data = json.loads(decode(text))
        data[member] = change(data[member])
        return encode(json.dumps(data, separators=(",", ":")).encode())

    return changed(case, rewrite, half, "response", "clientDataJSON")


def attestation(case, change):
    """A copy whose attestation object went through `change`; the convenience members that repeat parts of it are dropped."""
    wrong = copy.deepcopy(case)
    response = wrong["registration"]["response"]
    content = opened(case)
    change(content)
    response["attestationObject"] = encode(cbor.encode(content))
    for repeated in ("authenticatorData", "publicKey"):
        response.pop(repeated, None)
    return wrong


def opened(case):
    return dict(cbor.decode(decode(case["registration"]["response"]["attestationObject"])))


def flip(text):
    return encode(last_bit(decode(text)))


def last_bit(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def other_rp(rp_id):
    return "other." + rp_id


def other_hash(auth_data):
    return bytes([auth_data[0] ^ 1]) + auth_data[1:]


def no_uv(auth_data):
    return auth_data[:32] + bytes([auth_data[32] & ~0x04]) + auth_data[33:]


def other_key(auth_data):
    """The public key of nobody in its place; all cases are ES256, the one algorithm that every key has."""
    ours = AuthenticatorData(auth_data).credential_data.public_key
    theirs = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    for coordinate in (-2, -3):
        auth_data = auth_data.replace(ours[coordinate], theirs[coordinate])
    return auth_data


def unverified(text):
    return encode(no_uv(decode(text)))
