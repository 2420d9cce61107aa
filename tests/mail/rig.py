"""Runs a registry that mails, and looks at what arrives. See `run`."""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from servers import PASSWORD, USER, Mailbox, Receiver, Silence, free_port

PEOPLE = """record,id,name,kind,email,second_email,language,organisation,coc_number
organisation,org,Example Shipping,,,,,,12345678
person,anna,Anna van den Berg,employee,anna@example.test,anna@home.test,nl,org,
person,bob,"Bob ""B"" Example",employee,bob@example.test,,en,org,
person,carla,Carla Example,main-administrator,carla@example.test,,,org,
person,dirk,Dirk Voorbeeld,main-administrator,dirk@example.test,,nl,org,
person,grey,G. Rey,unaffiliated,grey@example.test,,,,
person,gone,G. One,unaffiliated,gone@example.test,,,,
person,half,H. Alf,unaffiliated,gone2@example.test,half@home.test,,,
person,none,N. One,unaffiliated,,,,,
person,dead,D. Ead,unaffiliated,dead@example.test,,,,
person,hang,H. Ang,unaffiliated,hang@example.test,,,,
person,twice,T. Wice,unaffiliated,twice@example.test,,,,
"""

KEY = {"sort": "key", "name": "YubiKey 5 NFC", "serial": "22000001", "station": {"id": "s", "name": "Servicebalie Zuid"}}
APP = {"sort": "app", "name": "Authenticator app", "station": {"id": "s", "name": "Servicebalie Zuid"}}
SUSPENDED = {"sort": "key", "name": "YubiKey 5 NFC", "serial": "22000001", "lifted_until": "2026-12-01T12:00:00Z"}
RESET = {"reset": "00000000-0000-7000-8000-000000000001", "reason": "stolen", "asked_by": "A. Gent"}
FACTS = [
    ("factor-added", KEY | {"waiting": False}),
    ("factor-added", KEY | {"waiting": True}),
    ("factor-accepted", APP | {"waiting": False}),
    *(("factor-removed", KEY | {"why": why}) for why in ("reset", "deleted", "withdrawn", "removed", "replaced", "account-reset")),
    *(
        ("factor-suspended", SUSPENDED | {"suspended": {"at": "2026-11-01T12:00:00Z", "why": why}})
        for why in ("lost", "stolen", "suspected")
    ),
    ("suspension-lifted", SUSPENDED | {"suspended": {"at": "2026-11-01T12:00:00Z", "why": "lost"}}),
    ("suspended-factor-removed", SUSPENDED | {"suspended": {"at": "2026-11-01T12:00:00Z", "why": "lost"}}),
    ("reset-prepared", RESET | {"until": "2026-11-22T18:00:00Z"}),
    ("reset-asked", RESET | {"until": "2026-11-22T18:00:00Z"}),
    ("reset-asked", RESET | {"asked_by": "Dirk Voorbeeld", "not_before": "2026-11-22T15:30:00Z", "until": "2026-11-23T18:00:00Z"}),
    ("reset-released", RESET | {"released_by": "B. Gent", "until": "2026-11-22T15:30:00Z"}),
    ("account-reset", RESET | {"released_by": "B. Gent"}),
    ("reset-ended", RESET | {"state": "objected"}),
]


class Registry:
    """One registry, in a folder of its own."""

    def __init__(self, binary, folder, mailbox, receiver):
        self.binary, self.folder = binary, folder
        self.db = folder / "registry.db"
        self.config = folder / "registry.toml"
        self.write("password", PASSWORD + "\n")
        self.write("secret", receiver.secret + "\n")
        self.write(
            "registry.toml",
            f"""
name = "Keydesk of Example"
time_zone = "Europe/Amsterdam"
[mail]
server = "localhost"
port = {mailbox.port}
ca = "{mailbox.ca}"
user = "{USER}"
password_file = "{folder / 'password'}"
from = "IAMconnected <no-reply@iamconnected.example>"
contact = "+31 20 555 01 00"
timeout_seconds = 5
[webhook]
url = "{receiver.url}"
secret_file = "{folder / 'secret'}"
""",
        )
        self.process = None

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)

    def run(self, *arguments, config=None, exit=0):
        words = [self.binary, "--json", "--config", config or self.config, "registry", *arguments]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == exit, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def serve(self):
        words = [self.binary, "--config", self.config, "registry", "serve", "--listen", "127.0.0.1:0", "--db", self.db]
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log)
        assert b"serving" in self.process.stdout.readline()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, "it stops when it is asked to"

    def sql(self, statement, *values):
        with sqlite3.connect(self.db, timeout=10) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            return connection.execute(statement, values).fetchall()

    def tell(self, person, kind, facts, about=None):
        self.sql(
            "INSERT INTO notice (person, kind, about, facts, at_ms) VALUES (?, ?, ?, ?, ?)",
            person, kind, about or person, json.dumps(facts), int(time.time() * 1000),
        )

    def later(self):
        """As if the time of every pause had passed."""
        self.sql("UPDATE delivery SET next_ms = 0 WHERE state = 'waiting'")

    def deliveries(self, person, way="mail"):
        return self.sql(
            "SELECT d.state, d.tries, d.answer FROM delivery d JOIN notice n ON n.number = d.notice WHERE n.person = ? AND d.way = ? "
            "ORDER BY d.number", person, way,
        )

    def alarms(self):
        listed = self.run("alarms", "--db", self.db)
        items = [one["item"] for one in listed if "item" in one]
        return [item["detail"] for item in items if item["kind"] == "notice-undeliverable"]


def wait_for(what, holds, seconds=15):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not so within {seconds} s: {what}"
        time.sleep(0.05)


def say(what):
    print(f"mail: {what}", flush=True)


def trial(registry, mailbox):
    registry.run("mail", "--test", "somebody@example.test")
    [message] = mailbox.of("somebody@example.test")
    assert "Keydesk of Example" in message["subject"]
    registry.run("mail", "--test", "gone@example.test", exit=3)
    say("a test mail arrives, by STARTTLS and with a password; a refused one is said to be")


def clear_text(registry, mailbox):
    """Nothing is sent, and no password, to a server that does not encrypt, or that is another one: the one that is meant was not reached."""
    (registry.folder / "plain").mkdir()
    plain = Mailbox(free_port(), registry.folder / "plain")
    plain.start(tls=False)
    text = registry.config.read_text()
    other = text.replace(f"port = {mailbox.port}", f"port = {plain.port}")
    registry.write("plain.toml", other)
    said = registry.run("mail", "--test", "x@example.test", config=registry.folder / "plain.toml", exit=5)
    assert "STARTTLS" in json.dumps(said), said
    plain.stop()
    # Of another authority.
    registry.write("stranger.toml", text.replace(f'ca = "{mailbox.ca}"\n', ""))
    said = registry.run("mail", "--test", "x@example.test", config=registry.folder / "stranger.toml", exit=5)
    assert "certificate" in json.dumps(said), said
    assert not plain.asked and not plain.taken and not mailbox.of("x@example.test")
    say("nothing goes to a server that does not encrypt, or whose certificate is nobody's")


def by_command(registry, mailbox, receiver):
    """What the command line does is told."""
    registry.run("operator-code", "--name", "A. Gent", "--role", "customer-service", "--db", registry.db)
    [[operator]] = registry.sql("SELECT id FROM operator")
    registry.run("operators", "set", operator, "--person", "anna", "--db", registry.db)
    registry.run("resets", "allow", "bob", "--reason", "came back from leave", "--db", registry.db)
    # The first of them was told before it was said who A. Gent is: whichever was quicker.
    for address in ("anna@example.test", "anna@home.test"):
        wait_for(f"mail to {address}", lambda: len(mailbox.of(address)) >= 2)
    wait_for("a failed webhook", lambda: receiver.fail == 0)
    registry.later()
    wait_for("the webhook", lambda: len(receiver.taken) >= 3)
    assert not receiver.wrong, receiver.wrong
    assert len({name for name, _ in receiver.taken}) == len(receiver.taken), "once each"
    say("accounts of Customer Service are told to every address of whoever holds them, and to the webhook, which was signed")


def letters(registry, mailbox, mails):
    """Every kind, to whoever it happened to and to an administrator, in both languages."""
    idle = "SELECT NOT EXISTS (SELECT 1 FROM delivery WHERE state = 'waiting') AND NOT EXISTS (SELECT 1 FROM notice WHERE addressed_ms IS NULL)"
    wait_for("nothing else to tell", lambda: registry.sql(idle) == [(1,)])
    mailbox.taken.clear()
    for kind, facts in FACTS:
        for person, about in (("anna", "anna"), ("bob", "bob"), ("carla", "bob"), ("dirk", "anna")):
            registry.tell(person, kind, facts, about)
    addresses = ["anna@example.test", "anna@home.test", "bob@example.test", "carla@example.test", "dirk@example.test"]
    wait_for("every letter", lambda: len(mailbox.taken) >= len(FACTS) * len(addresses), 40)
    time.sleep(1)
    assert len(mailbox.taken) == len(FACTS) * len(addresses), "once each"
    ids = [message["message-id"] for _, _, message in mailbox.taken]
    assert len(set(ids)) == len(ids), "each delivery has an id of its own"
    for number, (to, raw, message) in enumerate(mailbox.taken):
        body = message.get_content()
        (mails / f"{number:03}-{to[0]}.txt").write_text(f"To: {message['to']}\nSubject: {message['subject']}\n\n{body}")
        assert message.get_content_type() == "text/plain" and message["auto-submitted"] == "auto-generated"
        assert message["from"] == "IAMconnected <no-reply@iamconnected.example>" and message["to"] == to[0]
        assert {name.lower() for name in message.keys()} == {
            "from", "to", "subject", "message-id", "date", "auto-submitted", "content-type",
            "content-transfer-encoding", "mime-version",
        }, message.keys()
        assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
        dutch = to[0].startswith(("anna", "dirk"))
        assert ("Beste " in body) == dutch and ("Dear " in body) == (not dutch), body
        assert "+31 20 555 01 00" in body and "Keydesk of Example" in body
        assert not re.search(r"[{}]|\bmail-[a-z]", body), body
    say(f"{len(ids)} letters of {len(FACTS)} sorts, each in its reader's language; they are in {mails}")


def greylisted(registry, mailbox):
    registry.tell("grey", *FACTS[0])
    wait_for("put off", lambda: (registry.deliveries("grey") or [[0, 0, None]])[0][2] is not None)
    [(state, tries, answer)] = registry.deliveries("grey")
    assert (state, tries) == ("waiting", 1) and "451" in answer, (state, tries, answer)
    assert not mailbox.of("grey@example.test")
    registry.later()
    wait_for("taken", lambda: mailbox.of("grey@example.test"))
    wait_for("marked", lambda: registry.deliveries("grey")[0][:2] == ("sent", 2))
    say("what is put off is sent later")


def refused(registry, mailbox):
    for person in ("gone", "half", "none"):
        registry.tell(person, *FACTS[0])
    registry.tell("none", *FACTS[1])
    wait_for("undeliverable", lambda: [d[0] for d in registry.deliveries("gone")] == ["undeliverable"])
    wait_for("half of it", lambda: sorted(d[0] for d in registry.deliveries("half")) == ["sent", "undeliverable"])
    wait_for("nowhere", lambda: [d[0] for d in registry.deliveries("none")] == ["undeliverable"] * 2)
    assert registry.deliveries("gone")[0][1] == 1, "tried once"
    alarms = registry.alarms()
    assert sum("gone at g…@example.test" in a and "no other address" in a and "550" in a for a in alarms) == 1, alarms
    assert sum("half at g…@example.test" in a and "another address" in a for a in alarms) == 1, alarms
    assert sum("none has no address" in a for a in alarms) == 1, alarms
    say("what is refused is undeliverable at once, and an alarm; who has no address is one, once")


def dead(registry, mailbox):
    mailbox.stop()
    registry.tell("dead", *FACTS[0])
    wait_for("not sent", lambda: (registry.deliveries("dead") or [[0, 0, None]])[0][2] is not None)
    mailbox.start()
    registry.later()
    wait_for("sent", lambda: mailbox.of("dead@example.test"))
    mailbox.stop()
    silence = Silence(mailbox.port)
    registry.tell("hang", *FACTS[0])
    wait_for("given up", lambda: (registry.deliveries("hang") or [[0, 0, None]])[0][2] is not None)
    assert "5 s" in registry.deliveries("hang")[0][2], registry.deliveries("hang")
    silence.stop()
    mailbox.start()
    registry.later()
    wait_for("sent", lambda: mailbox.of("hang@example.test"))
    say("a server that died, and one that hung, gets its mail when it is back")


def cut_off(registry, mailbox):
    """The registry is killed when the mail is taken and before it hears of that."""
    mailbox.before_answer = registry.kill
    registry.tell("twice", *FACTS[0])
    wait_for("taken", lambda: mailbox.of("twice@example.test"))
    registry.process.wait(10)
    assert registry.deliveries("twice")[0][:2] == ("waiting", 1)
    registry.serve()
    registry.later()
    wait_for("taken again", lambda: len(mailbox.of("twice@example.test")) == 2)
    wait_for("marked", lambda: registry.deliveries("twice")[0][:2] == ("sent", 2))
    one, other = mailbox.of("twice@example.test")
    assert one["message-id"] == other["message-id"], "whoever gets it twice can tell"
    say("what was cut off comes twice under one id, and is not lost")


def main(binary, mails):
    mails = pathlib.Path(mails)
    shutil.rmtree(mails, ignore_errors=True)
    mails.mkdir(parents=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        mailbox, receiver = Mailbox(free_port(), folder), Receiver()
        mailbox.start()
        registry = Registry(os.path.abspath(binary), folder, mailbox, receiver)
        registry.run("init", "--db", registry.db)
        registry.write("people.csv", PEOPLE)
        registry.run("import", str(folder / "people.csv"), "--db", registry.db)
        registry.serve()
        try:
            trial(registry, mailbox)
            clear_text(registry, mailbox)
            by_command(registry, mailbox, receiver)
            letters(registry, mailbox, mails)
            greylisted(registry, mailbox)
            refused(registry, mailbox)
            dead(registry, mailbox)
            cut_off(registry, mailbox)
            registry.later()
            wait_for("all told to the webhook", lambda: not registry.sql("SELECT 1 FROM delivery WHERE state = 'waiting'"))
            assert not receiver.wrong, receiver.wrong
            untold = {one["item"]["to"]["id"] for one in registry.run("notices", "--db", registry.db) if "item" in one}
            assert untold <= {"gone", "none"} | {i for [i] in registry.sql("SELECT id FROM operator")}, untold
            log = (folder / "log").read_text()
            assert PASSWORD not in log and receiver.secret not in log
            assert not re.search(r"[a-z0-9]@(example|home)\.test", log), "an address is in the log"
        except AssertionError:
            print(registry.sql("SELECT * FROM delivery WHERE state <> 'sent'"), (folder / "log").read_text()[-3000:], file=sys.stderr)
            raise
        finally:
            registry.stop()
            mailbox.stop()
    say(f"done in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
