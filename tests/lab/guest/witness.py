"""What is really on a key, told by libfido2's own tools, which share no code with the product.

The tools take a PIN from standard input, as there is no terminal here.
"""

import base64
import dataclasses
import os
import pathlib
import subprocess
import tempfile
import time

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scenario import expect
from usb import wait_for

# What libfido2 says where the key still works on what another program asked.
BUSY = ("FIDO_ERR_INVALID_COMMAND", "CHANNEL_BUSY")
PATIENCE = 10


@dataclasses.dataclass(frozen=True)
class OnKey:
    """A discoverable credential as fido2-token lists it."""

    credential_id: bytes
    user_handle: bytes
    algorithm: str


def token_info(node):
    """All that the key says of itself.

    While it still works on what a program asked that has gone, as it may for seconds, libfido2 takes it for U2F and says little,
    or cannot read what it answers.
    """
    return wait_for(f"the key at {node} to say what it can", lambda: _whole_info(node), timeout_s=60)


def _whole_info(node):
    done = _attempt("fido2-token", "-I", node, given="")
    if "FIDO_ERR_RX" in done.stderr:
        return None
    said = _output(done)
    return said if "\noptions:" in said else None


def options(node):
    """The options that are on, by name; libfido2 writes the others with "no" before."""
    line = next(line for line in token_info(node).splitlines() if line.startswith("options:"))
    return line.removeprefix("options:").replace(",", " ").split()


def has_pin(node):
    return "clientPin" in options(node)


def opens(node, pin):
    """Whether the PIN is the key's: it lists what it holds, be it nothing."""
    done = _attempt("fido2-token", "-L", "-r", node, given=f"{pin}\n")
    return done.returncode == 0 or "FIDO_ERR_NO_CREDENTIALS" in done.stderr


def set_pin(node, pin):
    _run("fido2-token", "-S", node, given=f"{pin}\n{pin}\n")


def reset(node):
    """Resets a key that has just been plugged in, and that is touched when it asks.

    Where another program is asking it something at that moment, libfido2 cannot read what it answers.
    """
    wait_for(f"the key at {node} to be reset", lambda: _resets(node), timeout_s=10)


def _resets(node):
    done = _attempt("fido2-token", "-R", node, given="")
    return "FIDO_ERR_RX" not in done.stderr and _output(done) == ""


def make_credential(node, pin, rp_id, user_handle):
    """Makes a discoverable credential; its public key in PEM."""
    asked = [base64.b64encode(os.urandom(32)).decode(), rp_id, "lab", base64.b64encode(user_handle).decode()]
    with tempfile.TemporaryDirectory() as folder:
        asked_file = pathlib.Path(folder) / "asked"
        asked_file.write_text("\n".join(asked) + "\n")
        made = _run("fido2-cred", "-M", "-r", "-v", "-i", asked_file, node, "es256", given=f"{pin}\n")
        return _run("fido2-cred", "-V", "-v", given=made).split("\n", 1)[1]


def discoverable_credentials(node, pin, rp_id):
    """All that the key holds for the RP; a key without a PIN never made one here."""
    if not has_pin(node):
        return []
    done = _attempt("fido2-token", "-L", "-k", rp_id, node, given=f"{pin}\n")
    if "FIDO_ERR_NO_CREDENTIALS" in done.stderr:
        return []
    found, listing = [], _output(done)
    for line in listing.splitlines():
        # Index, credential id, display name (any words), user handle, algorithm, protection.
        words = line.split(" ")
        expect(len(words) >= 6 and words[0].endswith(":"), f"fido2-token lists something unknown: {line!r}")
        found.append(OnKey(base64.b64decode(words[1]), base64.b64decode(words[-3]), words[-2]))
    return found


def relying_parties(node, pin):
    """The RP ids that the key holds discoverable credentials for."""
    done = _attempt("fido2-token", "-L", "-r", node, given=f"{pin}\n")
    if "FIDO_ERR_NO_CREDENTIALS" in done.stderr:
        return []
    return [line.split()[-1] for line in _output(done).splitlines()]


def assert_signs_for(node, pin, rp_id, public_key_pem):
    """Has the key sign a fresh challenge with whatever credential it holds for the RP, and verifies it with this public key.

    Returns the user handle that the key gave.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        client_data_hash = base64.b64encode(os.urandom(32)).decode()
        (folder / "asked").write_text(f"{client_data_hash}\n{rp_id}\n")
        (folder / "public.pem").write_text(public_key_pem)
        signed = _run(
            "fido2-assert", "-G", "-r", "-p", "-v", "-i", folder / "asked", node, given=f"{pin}\n"
        )  # fmt: skip
        lines = signed.splitlines()
        (folder / "signed").write_text("\n".join(lines[:4]) + "\n")
        _run("fido2-assert", "-V", "-p", "-v", "-i", folder / "signed", folder / "public.pem", "es256")
        return base64.b64decode(lines[4])


def pem(x, y):
    """A point on P-256, its coordinates in base64url, as a public key in PEM."""
    x, y = (base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in (x, y))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _run(*command, given=""):
    return _output(_attempt(*command, given=given))


def _attempt(*command, given):
    """Once; where it only looks, a few times as long as another program is in the middle of something on the key."""
    for _ in range(PATIENCE):
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60)
        if command[1] not in ("-L", "-I") or not any(busy in done.stderr for busy in BUSY):
            break
        time.sleep(0.5)
    return done


def _output(done):
    expect(done.returncode == 0, f"{done.args[0]} {done.args[1]} failed: {done.stderr.strip()}")
    return done.stdout
