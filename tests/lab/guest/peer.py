"""What is on a key, told by python-fido2, which shares no code with the product or with libfido2.

As a program: makes a credential and signs with it (`peer.py NODE RP-ID USER`, the PIN on standard input).
"""

import dataclasses
import os
import sys

from fido2.ctap import CtapError
from fido2.ctap2 import ClientPin, CredentialManagement, Ctap2
from fido2.hid import CtapHidDevice, open_connection, get_descriptor


@dataclasses.dataclass(frozen=True)
class Seen:
    """Options by name; attempts at the PIN; (RP id, user handle) of each discoverable credential, none without a PIN."""

    options: dict
    retries: int | None
    credentials: list


def connect(node):
    """The key behind a hidraw node."""
    descriptor = get_descriptor(node)
    return CtapHidDevice(descriptor, open_connection(descriptor))


def look(node, pin=None):
    """Asks the key for everything; with its PIN also for its credentials."""
    device = connect(node)
    try:
        ctap = Ctap2(device)
        if pin is None:
            return Seen(dict(ctap.info.options), None, [])
        client = ClientPin(ctap)
        token = client.get_pin_token(pin, ClientPin.PERMISSION.CREDENTIAL_MGMT)
        return Seen(dict(ctap.info.options), client.get_pin_retries()[0], _credentials(ctap, client, token))
    finally:
        device.close()


def _credentials(ctap, client, token):
    management = CredentialManagement(ctap, client.protocol, token)
    found = []
    try:
        for rp in management.enumerate_rps():
            rp_id, rp_id_hash = rp[CredentialManagement.RESULT.RP]["id"], rp[CredentialManagement.RESULT.RP_ID_HASH]
            found += [(rp_id, it[CredentialManagement.RESULT.USER]["id"]) for it in management.enumerate_creds(rp_id_hash)]
    except CtapError as error:
        if error.code != CtapError.ERR.NO_CREDENTIALS:
            raise
    return found


def make_and_sign(node, pin, rp_id, user_handle):
    """Makes a discoverable credential and signs with it, a PIN token for each."""
    device = connect(node)
    try:
        ctap = Ctap2(device)
        client = ClientPin(ctap)
        version = client.protocol.VERSION

        def allowed(permission, client_data_hash):
            token = client.get_pin_token(pin, permission, rp_id)
            return client.protocol.authenticate(token, client_data_hash)

        challenge = os.urandom(32)
        made = ctap.make_credential(
            challenge,
            {"id": rp_id, "name": "Beside"},
            {"id": user_handle, "name": "beside"},
            [{"type": "public-key", "alg": -7}],
            options={"rk": True},
            pin_uv_param=allowed(ClientPin.PERMISSION.MAKE_CREDENTIAL, challenge),
            pin_uv_protocol=version,
        )
        challenge = os.urandom(32)
        ctap.get_assertion(
            rp_id,
            challenge,
            [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}],
            pin_uv_param=allowed(ClientPin.PERMISSION.GET_ASSERTION, challenge),
            pin_uv_protocol=version,
        )
    finally:
        device.close()


if __name__ == "__main__":
    make_and_sign(sys.argv[1], sys.stdin.readline().rstrip("\n"), sys.argv[2], sys.argv[3].encode())
