"""A help desk in the guest: a central registry on loopback and a station that has joined it, both the real program.

The station runs as the user keydesk, whom only the udev rule lets near the keys. PINs and codes go through pipes, as they must.
"""

import contextlib
import copy
import datetime
import json
import os
import pathlib
import pwd
import queue
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

import witness
from scenario import expect
from usb import wait_for

PROGRAM = "/lab/bin/keydesk"
UNSYNCED = "/lab/guest/unsynced.py"
LOGS = pathlib.Path("/logs")
HOME = pathlib.Path("/var/tmp/desk")
ADDRESS = "127.0.0.1:8443"
RP_ID = "iamconnected.example"
OPERATOR_PIN = "804126"
STATION_USER = (pwd.getpwnam("keydesk").pw_uid, pwd.getpwnam("keydesk").pw_gid)

PEOPLE = [
    {"record": "organisation", "id": "org-1", "name": "Example Shipping", "coc_number": "24000001"},
    *(
        {
            "id": f"p-{number}",
            "name": f"Person{number} Example",
            "email": f"person{number}@example.com",
            "kind": "employee",
            "organisation": "org-1",
        }
        for number in range(1, 100)
    ),
]


class Registry:
    """`keydesk registry serve` on loopback, with its own database: a new one, or the one that is there."""

    def __init__(self):
        self.folder = HOME / "registry"
        self.database = self.folder / "registry.db"
        self.process = None
        self.program = [PROGRAM]
        self.is_new = not self.folder.exists()
        if self.is_new:
            self.folder.mkdir(parents=True)
            people = self.folder / "people.json"
            people.write_text(json.dumps(PEOPLE))
            self._command("init")
            self._command("import", str(people))
        self.start()

    def start(self):
        log = open(LOGS / "registry.log", "ab")
        self.process = subprocess.Popen(
            [*self.program, "registry", "serve", "--listen", ADDRESS, "--db", self.database], stdout=log, stderr=log
        )
        wait_for("the registry to answer", self._answers, timeout_s=30)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def code(self, kind, *arguments):
        """A one-time code."""
        return self._command(kind, *arguments)["facts"]["code"]

    def user_handle(self, person):
        return self._query("SELECT user_handle FROM person WHERE id = ?", person)[0][0]

    def public_keys(self, person):
        """{credential id: public key in PEM} of all that the person has by the registry's word, and that are not gone."""
        found = self._query("SELECT id, verifier FROM credential WHERE person = ? AND gone_ms IS NULL", person)
        points = {credential_id: json.loads(verifier)["cred"]["key"]["EC_EC2"] for credential_id, verifier in found}
        return {credential_id: witness.pem(point["x"], point["y"]) for credential_id, point in points.items()}

    def destroy(self):
        self.stop()
        shutil.rmtree(self.folder)

    def _command(self, *arguments):
        done = subprocess.run(
            [PROGRAM, "registry", *arguments, "--db", self.database, "--json"], capture_output=True, text=True, timeout=60
        )
        expect(done.returncode == 0, f"registry {arguments[0]} exited {done.returncode}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    def _query(self, statement, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(statement, values).fetchall()

    def _answers(self):
        expect(self.process.poll() is None, "the registry ended by itself: see registry.log")
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://{ADDRESS}/v1/health", timeout=2).status == 200


class Station:
    """A station's data directory, new or the one that is there, and what is run on it."""

    def __init__(self, registry, name="station"):
        self.data = HOME / name
        self.log = LOGS / f"{name}.log"
        self.program = [PROGRAM]
        if self.data.exists():
            return
        self.data.mkdir(parents=True)
        shutil.chown(self.data, "keydesk", "keydesk")
        code = registry.code("station-code", "--name", name)
        self.done("station", "join", "--registry", f"http://{ADDRESS}", "--name", name, code=code)

    def done(self, *arguments, **secrets):
        """Runs a command that must succeed; its last line."""
        return self.start(*arguments, **secrets).expect_exit(0)

    def listed(self, *arguments):
        """The items that a command lists."""
        run = self.start(*arguments)
        run.expect_exit(0)
        return [event["item"] for event in run.events if "item" in event]

    def start(self, *arguments, pin=None, code=None):
        """Runs a command; what it says is read as it comes."""
        secrets = {"--pin-fd": pin, "--code-fd": code}
        return Run([*self.program, *arguments, "--data", self.data, "--json"], secrets, self.log)

    def first_sign_in(self, registry, key, role, name="Olga Operator"):
        """An operator enrols their own key with a one-time code, and is signed in."""
        code = registry.code("operator-code", "--name", name, "--role", role)
        self.done("session", "open", "--key", key.place, code=code, pin=OPERATOR_PIN)

    def records(self):
        """What its journal holds: each record's change. The chain is checked on the way."""
        return [entry["record"]["change"] for entry in self.listed("audit", "export")]

    def keys_seen_at_s(self):
        """When the kiosk noted that a key is in, by its log, in seconds of the monotonic clock."""
        ahead_s = time.time() - time.monotonic()
        noted = [line.split()[0] for line in (self.data / "station.log").read_text().splitlines() if "a key is in" in line]
        return [datetime.datetime.fromisoformat(at).timestamp() - ahead_s for at in noted]

    def sign_in(self, key):
        self.done("session", "open", "--key", key.place, pin=OPERATOR_PIN)

    def enrol(self, person, at, pin, proof=None, wait_s=60):
        """Starts an enrolment on whatever key is at the place of this key or port. `proof`: the key that proves the person first,
        and its PIN."""
        proving = []
        if proof is not None:
            proving, pin = ["--proof-key", proof[0].place], f"{proof[1]}\n{pin}"
        identified = ["--person", person, "--identified-by", "passport:7K31"]
        return self.start("enrol", *identified, *proving, "--key", at.place, "--wait", wait_s, pin=pin)

    def person_goes(self, person):
        """Ends their visit: whoever comes again is asked anew."""
        self.done("visit", "close", "--person", person, "--confirmed")

    def destroy(self):
        shutil.rmtree(self.data)


# A secret that nobody has typed yet; see Run.type_if_awaited.
LATER = object()


class Run:
    """A command at work: its events as they come, its exit status at the end."""

    def __init__(self, command, secrets, log):
        pipes = []
        self._typist = None
        for option, secret in secrets.items():
            if secret is not None:
                reader, writer = os.pipe()
                os.fchown(reader, *STATION_USER)
                if secret is LATER:
                    self._typist = writer
                else:
                    os.write(writer, f"{secret}\n".encode())
                    os.close(writer)
                command += [option, str(reader)]
                pipes.append(reader)
        self.command = [str(word) for word in command]
        self.events = []
        self._lines = queue.Queue()
        self.errors = open(log, "ab")
        self.errors.write(f"$ {' '.join(self.command)}\n".encode())
        self.errors.flush()
        self.started_s = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            pass_fds=pipes, user="keydesk", group="keydesk", extra_groups=["keydesk"], cwd="/",
            env=os.environ | {"KEYDESK_LOG": "warn,keydesk=info"},
        )  # fmt: skip
        for reader in pipes:
            os.close(reader)
        threading.Thread(target=self._read, daemon=True).start()

    def type_if_awaited(self, secret):
        """Somebody types what was to come later."""
        if self._typist is not None:
            os.write(self._typist, f"{secret}\n".encode())
            os.close(self._typist)
            self._typist = None

    def _read(self):
        for line in self.process.stdout:
            self._lines.put((time.monotonic(), line))
        self._lines.put(None)

    def next_event(self, timeout_s=90):
        """The next event and when it came, in seconds of the monotonic clock; (None, …) when there are no more."""
        item = self._lines.get(timeout=timeout_s)
        if item is None:
            self._lines.put(None)
            return None, time.monotonic()
        at_s, line = item
        self.errors.write(f"{at_s - self.started_s:7.3f} {line}".encode())
        self.errors.flush()
        event = json.loads(line)
        self.events.append(event)
        return event, at_s

    def until(self, wanted, what, timeout_s=90):
        """Reads on to the first event for which `wanted(event)` holds; that event and when it came."""
        while True:
            event, at_s = self.next_event(timeout_s)
            expect(event is not None, f"the command ended without {what}; it said {self.events[-3:]}")
            if wanted(event):
                return event, at_s

    def said(self, kind):
        """Whether there was an event of this kind, in what was read of it."""
        return any(event["event"] == kind for event in self.events)

    def kill(self):
        """SIGKILL: it is gone at once. What it had said until then is read."""
        self.process.kill()
        self.process.wait(10)
        while self.next_event()[0] is not None:
            pass

    def ended(self, timeout_s=90):
        """Reads to the end; the outcome, whatever it is."""
        while self.next_event(timeout_s)[0] is not None:
            pass
        self.process.wait(10)
        expect(self.events, f"{' '.join(self.command[1:4])} said nothing")
        return self.events[-1]

    def expect_exit(self, status, timeout_s=90):
        """Reads to the end; the last line, the outcome."""
        while self.next_event(timeout_s)[0] is not None:
            pass
        code = self.process.wait(10)
        expect(code == status, f"exit {code}, not {status}: {' '.join(self.command[1:4])} said {self.events[-3:]}")
        return self.events[-1] if self.events else None


class Desk:
    """A registry, a station that has joined it, and an operator who is signed in with their own key."""

    def __init__(self, bench, role="help-desk", **operator_key):
        self.registry = bench.keep(Registry())
        self.station = bench.keep(Station(self.registry))
        self.operator_key = bench.key(model="Operator Key", serial="OP1", **operator_key)
        if self.registry.is_new:
            self.station.first_sign_in(self.registry, self.operator_key, role)
        else:
            self.station.sign_in(self.operator_key)

    def neighbour(self, bench):
        """Another desk of the same registry: a station and an operator of its own, on the same bus."""
        desk = copy.copy(self)
        desk.station = bench.keep(Station(self.registry, "station-2"))
        desk.operator_key = bench.key(model="Operator Key", serial="OP2")
        desk.station.first_sign_in(self.registry, desk.operator_key, "help-desk", "Otto Operator")
        return desk

    def without_syncing(self):
        """From now on nothing that the station or the registry writes is synced."""
        program = [sys.executable, "-B", UNSYNCED, PROGRAM]
        self.registry.stop()
        self.registry.program = self.station.program = program
        self.registry.start()

    def expect_enrolled(self, person, key, pin):
        """By libfido2's word the key holds exactly one credential for the RP: this person's, known to the registry, working."""
        handle = self.registry.user_handle(person)
        on_key = witness.discoverable_credentials(key.hidraw, pin, RP_ID)
        expect([it.user_handle for it in on_key] == [handle], f"the key holds {on_key}, the person's handle is {handle.hex()}")
        known = self.registry.public_keys(person)
        expect(on_key[0].credential_id in known, f"the registry holds {list(known)}, the key {on_key}")
        said = witness.assert_signs_for(key.hidraw, pin, RP_ID, known[on_key[0].credential_id])
        expect(said == handle, f"the key signs as {said.hex()}, the person's handle is {handle.hex()}")

    def expect_untouched(self, key):
        """The key is as it came: no PIN, and so no credential that needs one."""
        expect(not witness.has_pin(key.hidraw), f"the key at {key.place} has a PIN now")
