"""python-fido2 as the host: PIN, credentials, management, settings, fingerprints and reset on every key.

Usage: host.py PROGRAM, where PROGRAM serves a key on a socket. Prints a line a key; ends with the first failure.
"""

import hashlib
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from fido2.attestation import AttestationVerifier
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import CtapError
from fido2.ctap2 import ClientPin, Config, CredentialManagement, Ctap2
from fido2.ctap2.bio import FPBioEnrollment
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity

RP = "iam.example"
FIRST_PIN, PIN = "999999", "2718281"
MODELS = ["full", "biometric", "yubikey5-nfc", "security-key-nfc", "epass-fido2", "ctap21-preview", "ctap20"]


class Connection(CtapHidConnection):
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)

    def read_packet(self):
        packet = b""
        while len(packet) < 64:
            part = self.socket.recv(64 - len(packet))
            if not part:
                raise EOFError("the key was pulled")
            packet += part
        return packet

    def write_packet(self, data):
        self.socket.sendall(data.ljust(64, b"\0"))

    def close(self):
        self.socket.close()


class Key:
    """A program that serves one key; each call of `plug` is a power cycle."""

    def __init__(self, program, arguments, directory):
        self.path = f"{directory}/key"
        self.process = subprocess.Popen([program, "--socket", self.path, "--touch", "always", *arguments])
        deadline = time.monotonic() + 10
        while not pathlib.Path(self.path).exists():
            if time.monotonic() > deadline:
                raise TimeoutError("the key was not served")
            time.sleep(0.01)
        self.device = None

    def plug(self):
        if self.device is not None:
            self.device.close()
        descriptor = HidDescriptor(self.path, 0x1209, 0xF1D0, 64, 64, "key", None)
        self.device = CtapHidDevice(descriptor, Connection(self.path))
        return self.device

    def kill(self):
        self.process.kill()
        self.process.wait()


class Person(UserInteraction):
    def prompt_up(self):
        pass

    def request_pin(self, permissions, rp_id):
        return PIN

    def request_uv(self, permissions, rp_id):
        return True


class Root(AttestationVerifier):
    """Trusts the certificate it is given, and nothing else."""

    def __init__(self, der):
        super().__init__()
        self.der = der

    def ca_lookup(self, attestation_result, auth_data):
        return self.der


def refused(code, call, *arguments):
    try:
        call(*arguments)
    except CtapError as error:
        assert error.code == code, f"{error.code!r} instead of {code!r}"
        return
    raise AssertionError(f"{call} was not refused")


def token(device, permission):
    pin = ClientPin(Ctap2(device))
    return pin, pin.get_pin_token(PIN, permission)


def pins(device):
    pin = ClientPin(Ctap2(device))
    pin.set_pin(FIRST_PIN)
    pin.change_pin(FIRST_PIN, PIN)
    assert pin.get_pin_retries()[0] == 8
    refused(CtapError.ERR.PIN_INVALID, pin.get_pin_token, FIRST_PIN)
    assert pin.get_pin_retries()[0] == 7


def credentials(device, root):
    server = Fido2Server(PublicKeyCredentialRpEntity(id=RP, name="IAM"), attestation="direct")
    client = Fido2Client(device, DefaultClientDataCollector(f"https://{RP}"), user_interaction=Person())
    user = PublicKeyCredentialUserEntity(id=b"user-1", name="user", display_name="A User")
    options, state = server.register_begin(user, resident_key_requirement="required", user_verification="required")
    made = client.make_credential(options["publicKey"])
    registered = server.register_complete(state, made)
    Root(root).verify_attestation(made.response.attestation_object, made.response.client_data.hash)
    for allowed in ([registered.credential_data], None):
        options, state = server.authenticate_begin(allowed, user_verification="required")
        used = client.get_assertion(options["publicKey"]).get_response(0)
        server.authenticate_complete(state, [registered.credential_data], used)
    assert used.response.user_handle == b"user-1"


def management(device):
    ctap = Ctap2(device)
    if not CredentialManagement.is_supported(ctap.info):
        return False
    pin, proof = token(device, ClientPin.PERMISSION.CREDENTIAL_MGMT)
    manager = CredentialManagement(ctap, pin.protocol, proof)
    assert [rp[3]["id"] for rp in manager.enumerate_rps()] == [RP]
    (entry,) = manager.enumerate_creds(hashlib.sha256(RP.encode()).digest())
    assert entry[6]["id"] == b"user-1"
    if CredentialManagement.is_update_supported(ctap.info):
        manager.update_user_info(entry[7], {"id": b"user-1", "name": "renamed"})
    manager.delete_cred(entry[7])
    assert manager.get_metadata()[1] == 0
    return True


def settings(device):
    ctap = Ctap2(device)
    if not Config.is_supported(ctap.info):
        return False
    pin, proof = token(device, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
    config = Config(ctap, pin.protocol, proof)
    config.toggle_always_uv()
    config.set_min_pin_length(min_pin_length=7)
    info = ctap.get_info()
    assert info.options["alwaysUv"] and info.min_pin_length == 7 and not info.force_pin_change
    if "ep" in info.options:
        config.enable_enterprise_attestation()
        assert ctap.get_info().options["ep"]
    return True


def fingerprints(device):
    ctap = Ctap2(device)
    if not FPBioEnrollment.is_supported(ctap.info):
        return False
    pin, proof = token(device, ClientPin.PERMISSION.BIO_ENROLL)
    sensor = FPBioEnrollment(ctap, pin.protocol, proof)
    enrolment = sensor.enroll()
    template = None
    while template is None:
        template = enrolment.capture()
    sensor.set_name(template, "thumb")
    assert sensor.enumerate_enrollments() == {template: "thumb"}
    assert ctap.get_info().options["uv"]
    sensor.remove_enrollment(template)
    assert not ctap.get_info().options["uv"]
    return True


def drive(key, root):
    device = key.plug()
    assert device.ping(b"x" * 500) == b"x" * 500
    done = ["pin", "credentials"]
    pins(device)
    credentials(device, root)
    done += [step.__name__ for step in (management, settings, fingerprints) if step(device)]
    device = key.plug()
    ctap = Ctap2(device)
    if "FIDO_2_1" in ctap.info.versions:
        ctap.selection()
    ctap.reset()
    assert not ctap.get_info().options["clientPin"]
    return done + ["reset"]


def main():
    program = sys.argv[1]
    root = subprocess.run([program, "--print-root"], check=True, capture_output=True).stdout
    for name, arguments in [("firmware", [])] + [(model, ["--software", model]) for model in MODELS]:
        with tempfile.TemporaryDirectory() as directory:
            key = Key(program, arguments, directory)
            try:
                print(f"ok {name}: {', '.join(drive(key, root))}", flush=True)
            finally:
                key.kill()


if __name__ == "__main__":
    main()
