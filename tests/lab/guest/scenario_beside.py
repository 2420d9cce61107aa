"""What an enrolment asks of a key (a discoverable credential and a signature with it, a PIN token for each), by three clients
on the same key, in turn. Nothing here fails because one of them is slow: the figures are reported."""

import base64
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import peer
import witness
from scenario import expect, scenario

CLIENT = "/lab/bin/keydesk-client"
PIN = "290513"
RP_ID = "beside.example"
USER = b"beside"
ROUNDS = 7
FIDO2_TOOLS = "libfido2's tools"


def by_keydesk(key):
    _done([CLIENT, key.place, "--rp-id", RP_ID])


def by_python_fido2(key):
    _done([sys.executable, "-B", peer.__file__, key.hidraw, RP_ID, USER.decode()])


def by_libfido2(key):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        asked = pathlib.Path(folder) / "asked"
        asked.write_text(f"{_random()}\n{RP_ID}\nbeside\n{base64.b64encode(USER).decode()}\n")
        made = _done(["fido2-cred", "-M", "-r", "-v", "-i", asked, key.hidraw, "es256"])
        asked.write_text(f"{_random()}\n{RP_ID}\n{made.splitlines()[4]}\n")
        _done(["fido2-assert", "-G", "-p", "-v", "-i", asked, key.hidraw])


CLIENTS = {"keydesk's client": by_keydesk, "python-fido2": by_python_fido2, FIDO2_TOOLS: by_libfido2}


@scenario(limit_s=300)
def the_same_credential_and_signature_are_had_through_three_clients_on_one_key(bench):
    key = bench.key(serial="A1")
    witness.set_pin(key.hidraw, PIN)
    taken = {name: [] for name in CLIENTS}
    for _ in range(ROUNDS):
        for name, enrol in CLIENTS.items():
            taken[name].append(measured(enrol, key))
            held = witness.discoverable_credentials(key.hidraw, PIN, RP_ID)
            expect([it.user_handle for it in held] == [USER], f"after {name} the key holds {held}")
    return told(taken)


def measured(enrol, key):
    """Milliseconds by the clock, and of them those that a processor was at work for this client and what it started."""
    before, began_s = _processor_s(), time.monotonic()
    enrol(key)
    return (time.monotonic() - began_s) * 1000, (_processor_s() - before) * 1000


def told(taken):
    """The medians, and how many times libfido2's each is."""
    medians = {name: [statistics.median(column) for column in zip(*samples)] for name, samples in taken.items()}
    base = medians[FIDO2_TOOLS]
    return "; ".join(
        f"{name}: {wall:.0f} ms ({wall / base[0]:.2f}×), processor {work:.0f} ms ({work / base[1]:.2f}×)"
        for name, (wall, work) in medians.items()
    )


def _processor_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _random():
    return base64.b64encode(os.urandom(32)).decode()


def _done(command):
    done = subprocess.run(command, input=f"{PIN}\n", capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout
