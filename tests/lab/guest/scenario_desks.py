"""Keys that move between two stations of one registry while one of them waits, on real USB: nothing that was learnt of a key or a person
before a wait is used after it.

Invariant: each case ends with a comparison of what the keys hold by libfido2's word and what the registry's database holds, each scenario
with what either station has left to do: nothing.

A wait is where the second desk stands still: for a key to be put in ("step key"), for its PIN ("step pin", typed only when the key is
back), for either touch ("finger 1", "finger 2"). At "step check" it reads the key.
"""

import peer
import witness
from key import Key
from scenario import expect, scenario
from scenario_enrol import follow
from station import LATER, RP_ID, Desk

PIN = "290513"


class Desks:
    """Two desks, the port at each, and a third one where other programs get at a key."""

    def __init__(self, bench):
        self._bench = bench
        self.first = Desk(bench)
        self.second = self.first.neighbour(bench)
        self.there, self.here, self.elsewhere = bench.port(), bench.port(), bench.port()
        self._people = 0

    def person(self):
        """Somebody new, as identifier and name."""
        self._people += 1
        return f"p-{self._people}", f"Person{self._people} Example"

    def key(self, serial=None, pin=None):
        """In nobody's port, and touched only by hand."""
        key = self._bench.keep(Key(serial=serial, touched=False))
        if pin is not None:
            key.plug(self.elsewhere)
            witness.set_pin(key.hidraw, pin)
            key.unplug()
        return key

    def waiting(self, person, key, moment, wait_s=60):
        """An enrolment at the second desk that has come to this moment, from where the key was pulled."""
        if moment != "step key":
            key.plug(self.here)
        run = self.second.station.enrol(person, self.here, LATER if moment == "step pin" else PIN, wait_s=wait_s)
        follow(run, key, moment)
        if moment != "step key":
            key.unplug()
        return run

    def at_the_first(self, person, key):
        """How an enrolment at the first desk ended."""
        key.plug(self.there)
        key.touch_whenever_asked()
        ended = self.first.station.enrol(person, self.there, PIN).ended()
        key.unplug()
        return ended

    def reset(self, key):
        """By another program, in another port."""
        key.plug(self.elsewhere)
        key.touch_whenever_asked()
        witness.reset(key.hidraw)
        expect(not witness.has_pin(key.hidraw), "the key has a PIN after its reset")
        key.unplug()

    def put_in(self, run, key):
        """The key is in at the second desk, in the port of the run, and its person does what is asked."""
        key.plug(self.here)
        key.touch_whenever_asked()
        run.type_if_awaited(PIN)

    def resolve(self, what, key, remains):
        """The second desk has one piece of unfinished work, which ends with this key; what that leaves."""
        if not key.gadget.is_plugged():
            key.plug(self.here)
        key.touch_whenever_asked()
        work = self.second.station.listed("unfinished", "list")
        expect(len(work) == 1, f"{what}: {len(work)} pieces of work are unfinished: {work}")
        resolving = ["unfinished", "resolve", work[0]["intent"]["id"], "--key", self.here.place]
        outcome = self.second.station.start(*resolving, pin=PIN).expect_exit(0)
        expect(outcome["facts"]["remains"] == remains, f"{what}: what was unfinished ended with {outcome}")

    def expect_agreed(self, what, held, nobodys=()):
        """`held`: whose each key is, or None; `nobodys`: people who have no key. Nothing is there twice."""
        on_keys = {person: [] for person in [*held.values(), *nobodys] if person}
        for key, person in held.items():
            if not key.gadget.is_plugged():
                key.plug(self.elsewhere)
            on_key = witness.discoverable_credentials(key.hidraw, PIN, RP_ID)
            handles = [self.first.registry.user_handle(person)] if person else []
            expect([it.user_handle for it in on_key] == handles, f"{what}: a key of {person} holds {on_key}")
            if person:
                on_keys[person] += [it.credential_id for it in on_key]
            key.unplug()
        for person, on_key in on_keys.items():
            at_registry = list(self.first.registry.public_keys(person))
            expect(sorted(on_key) == sorted(at_registry), f"{what}: {person} has {on_key} on keys and {at_registry} at the registry")

    def expect_works(self, person, key):
        """What is on the key signs, and python-fido2 sees nothing else on it."""
        key.plug(self.elsewhere)
        key.touch_whenever_asked()
        self.first.expect_enrolled(person, key, PIN)
        seen, handle = peer.look(key.hidraw, PIN), self.first.registry.user_handle(person)
        expect(seen.credentials == [(RP_ID, handle)], f"python-fido2 sees {seen.credentials}")
        key.unplug()

    def put_away(self, *keys):
        for key in keys:
            self._bench.discard(key)

    def expect_nothing_left(self):
        """Neither desk has anything to do, and both journals are whole."""
        for desk in (self.first, self.second):
            left = desk.station.listed("unfinished", "list") + desk.station.listed("outbox", "list")
            expect(left == [], f"there is something left to do: {left}")
            desk.station.done("audit", "verify")


def expect_code(outcome, code, what, *words):
    """How a run ended; its sentence holds these words."""
    expect(outcome["code"] == code, f"{what}: it ended with {outcome}, not {code}")
    for word in words:
        expect(word in outcome["detail"], f"{what}: {word!r} is not in {outcome['detail']!r}")


@scenario(limit_s=400)
def a_key_enrolled_at_another_desk_meanwhile_is_tested_for_the_same_person_and_refused_by_name_for_another(bench):
    desks = Desks(bench)
    for moment, serial in (("step key", "A1"), ("step pin", None), ("finger 1", "A2")):
        (person, _), key, what = desks.person(), desks.key(serial), f"the same person, at {moment}"
        run = desks.waiting(person, key, moment)
        expect_code(desks.at_the_first(person, key), "enrolled", what)
        desks.put_in(run, key)
        expect_code(run.ended(), "retested", what)
        expect(run.said("anew") or moment == "step key", f"{what}: nobody was told that it begins anew")
        desks.expect_agreed(what, {key: person})
        if moment == "finger 1":
            desks.expect_works(person, key)
        desks.put_away(key)
    for moment, serial in (("step check", None), ("finger 1", "A3")):
        (person, _), (other, name), key, what = desks.person(), desks.person(), desks.key(serial), f"another person, at {moment}"
        run = desks.waiting(person, key, moment)
        expect_code(desks.at_the_first(other, key), "enrolled", what)
        desks.put_in(run, key)
        expect_code(run.ended(), "key-refused", what, name)
        if moment == "finger 1":
            # It was pulled while it was making a credential, and might have made one.
            desks.resolve(what, key, "nothing")
        desks.expect_agreed(what, {key: other}, nobodys=[person])
        desks.put_away(key)
    desks.expect_nothing_left()


@scenario(limit_s=400)
def another_key_in_the_slot_is_begun_with_anew_or_refused_and_no_proof_is_taken_from_it(bench):
    desks = Desks(bench)
    for moment in ("step pin", "finger 1"):
        (person, _), key, twin, what = desks.person(), desks.key(pin=PIN), desks.key(pin=PIN), f"a twin, at {moment}"
        run = desks.waiting(person, key, moment)
        desks.put_in(run, twin)
        expect_code(run.ended(), "enrolled", what)
        expect(run.said("anew"), f"{what}: nobody was told that it begins anew")
        desks.expect_agreed(what, {twin: person, key: None})
        desks.put_away(key, twin)

    theirs, (owner, owners_name) = desks.key(), desks.person()
    expect_code(desks.at_the_first(owner, theirs), "enrolled", "the key of somebody else")
    (person, _), key, what = desks.person(), desks.key(), "somebody else's, at the check"
    run = desks.waiting(person, key, "step check")
    desks.put_in(run, theirs)
    expect_code(run.ended(), "key-refused", what, owners_name)
    desks.expect_agreed(what, {theirs: owner, key: None}, nobodys=[person])

    what = "somebody else's, at the proof"
    run = desks.waiting(person, key, "finger 2")
    desks.put_in(run, theirs)
    run.until(lambda event: event["event"] == "other-key", "saying that it is another key")
    theirs.unplug()
    desks.put_in(run, key)
    expect_code(run.ended(), "enrolled", what)
    desks.expect_agreed(what, {theirs: owner, key: person})
    desks.expect_works(owner, theirs)
    desks.expect_nothing_left()


@scenario(limit_s=400)
def a_key_that_another_program_reset_meanwhile_is_begun_with_anew_and_what_was_unfinished_on_it_is_over(bench):
    desks = Desks(bench)
    for moment in ("step pin", "finger 2"):
        (person, _), key, what = desks.person(), desks.key(serial=moment, pin=PIN), f"reset, at {moment}"
        run = desks.waiting(person, key, moment)
        desks.reset(key)
        desks.put_in(run, key)
        expect_code(run.ended(), "enrolled", what)
        expect(run.said("anew"), f"{what}: nobody was told that it begins anew")
        desks.expect_agreed(what, {key: person})
        desks.put_away(key)
    (person, _), key, what = desks.person(), desks.key("A3", pin=PIN), "reset, with the station killed at the proof"
    run = desks.waiting(person, key, "finger 2")
    run.kill()
    desks.reset(key)
    desks.resolve(what, key, "nothing")
    desks.expect_agreed(what, {key: None}, nobodys=[person])
    desks.expect_nothing_left()


@scenario(limit_s=400)
def of_two_desks_at_one_person_the_second_waits_for_its_owner_and_what_is_not_proved_yet_is_left_alone(bench):
    desks = Desks(bench)
    (person, name), (other, _) = desks.person(), desks.person()
    key, what = desks.key("A1"), "one key, at its proof"
    run = desks.waiting(person, key, "finger 2")
    expect_code(desks.at_the_first(person, key), "open-elsewhere", what)
    expect_code(desks.at_the_first(other, key), "key-refused", what, name)
    desks.put_in(run, key)
    expect_code(run.ended(), "enrolled", what)
    desks.expect_agreed(what, {key: person}, nobodys=[other])
    desks.put_away(key)

    (person, _), key, other, what = desks.person(), desks.key("A2"), desks.key("B1"), "two keys, at the first touch"
    run = desks.waiting(person, key, "finger 1")
    expect_code(desks.at_the_first(person, other), "enrolled", what)
    desks.put_in(run, key)
    outcome = run.ended()
    expect_code(outcome, "enrolled", what, "opens nothing until its owner accepts it")
    expect(outcome["facts"]["push"] == "waiting", f"{what}: it ended with {outcome}")
    desks.expect_agreed(what, {key: person, other: person})
    desks.put_away(key, other)

    # Without a serial number it may be the one that was enrolled meanwhile.
    (person, _), key, other, what = desks.person(), desks.key(), desks.key("B2"), "two keys, at the proof"
    run = desks.waiting(person, key, "finger 2")
    expect_code(desks.at_the_first(person, other), "enrolled", what)
    desks.put_in(run, key)
    expect_code(run.ended(), "enrolled", what, "but the registry refused it", "may have taken its place")
    [waits] = desks.second.station.listed("outbox", "list")
    desks.second.station.done("outbox", "resolve", waits["id"], "withdraw", "--key", desks.here.place, pin=PIN)
    desks.expect_agreed(what, {key: None, other: person})
    desks.expect_nothing_left()
