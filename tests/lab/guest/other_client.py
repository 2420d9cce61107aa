"""What is on a key, told and made by `ctap-hid-fido2`, a client in Rust that shares no code with the product; see tests/lab/interop."""

import dataclasses
import hashlib
import json
import subprocess

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from scenario import expect

PROGRAM = "/lab/bin/keydesk-interop-peer"


@dataclasses.dataclass(frozen=True)
class Signed:
    """A signature and by whom: credential id, user handle."""

    credential_id: bytes
    user_handle: bytes


def set_pin(node, pin):
    _ask(node, pin, "set-pin")


def make_credential(node, pin, rp_id, user):
    """Makes a discoverable credential; its id."""
    return bytes.fromhex(_ask(node, pin, "make", rp_id, user)["credential"])


def discoverable_credentials(node, pin, rp_id):
    """{credential id: user handle} of what the key holds for the RP."""
    held = _ask(node, pin, "list", rp_id)["held"]
    return {bytes.fromhex(it["credential"]): bytes.fromhex(it["user"]) for it in held}


def signs(node, pin, rp_id, public_key_pem):
    """Has the key sign with whatever it holds for the RP, and verifies that with a public key."""
    challenge = "a challenge of the other client"
    said = _ask(node, pin, "sign", rp_id, challenge)
    expect(said["of"] == 1, f"the key has {said['of']} credentials for {rp_id}")
    signed = bytes.fromhex(said["auth_data"]) + hashlib.sha256(challenge.encode()).digest()
    key = load_pem_public_key(public_key_pem.encode())
    key.verify(bytes.fromhex(said["signature"]), signed, ec.ECDSA(SHA256()))
    return Signed(bytes.fromhex(said["credential"]), bytes.fromhex(said["user"]))


def _ask(node, pin, *arguments):
    done = subprocess.run([PROGRAM, node, *arguments], input=f"{pin}\n", capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, f"the other client's {arguments[0]} failed: {done.stderr.strip()}")
    # The library itself writes a line of its own now and then.
    return json.loads(done.stdout.splitlines()[-1])
