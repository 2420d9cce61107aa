"""The station's process killed (SIGKILL) after every step of an enrolment, and in between; what the next start makes of it."""

import random
import sys
import time

import witness
from scenario import expect, scenario
from station import RP_ID, Desk

PIN = "290513"
KILLS_IN_BETWEEN = 4
# A plain run takes one step in so many, beginning at random; a thorough one takes each.
PLAIN_STRIDE = 2
# From this on, an operator may take the enrolment for made.
TOLD = "step-done record"


@scenario(limit_s=1500)
def a_station_killed_after_any_step_leaves_one_credential_at_most_and_a_way_on(bench):
    desk = Desk(bench)
    seed = random.randrange(1 << 32)
    print(f"seed {seed}", file=sys.stderr)
    steps = steps_of_a_whole_enrolment(desk, bench)
    chance = random.Random(seed)
    stride = 1 if bench.thorough else PLAIN_STRIDE
    moments = [(step, 0.0) for step, _ in steps[chance.randrange(stride) :: stride]]
    for _ in range(KILLS_IN_BETWEEN // stride):
        moment_s = chance.uniform(steps[0][1], steps[-1][1])
        step, at_s = next(it for it in reversed(steps) if it[1] <= moment_s)
        moments.append((step, moment_s - at_s))
    for number, (step, later_s) in enumerate(moments, 2):
        person, key = f"p-{number}", bench.key(serial=f"K{number}")
        what = f"killed {later_s:.3f} s after {step!r}"
        print(what, file=sys.stderr)
        run = desk.station.enrol(person, key, PIN)
        Steps(run).until(step)
        time.sleep(later_s)
        run.kill()
        told = TOLD in Steps.of(run.events)
        unfinished, waiting = expect_nothing_torn(desk, person, told, what)
        for work in unfinished:
            resolve(desk, work, key).expect_exit(0)
        if waiting:
            desk.station.done("outbox", "push")
        expect_settled(desk, person, key, told, what)
        bench.discard(key)
    desk.station.done("audit", "verify")


@scenario(limit_s=600)
def a_recovery_that_is_killed_after_each_of_its_steps_still_ends(bench):
    desk = Desk(bench)
    key = bench.key(serial="K1")
    run = desk.station.enrol("p-1", key, PIN)
    # The credential is made and its registration on the disk: the way on is to finish.
    Steps(run).until("step test")
    run.kill()
    stride = 1 if bench.thorough else PLAIN_STRIDE
    kills, (unfinished, _) = 0, expect_nothing_torn(desk, "p-1", False, "before the recovery")
    while unfinished:
        expect(kills < 30, "the recovery gets no further")
        run = resolve(desk, unfinished[0], key)
        steps = Steps(run)
        # A step or two more each time, until the run ends by itself.
        if all(steps.next() is not None for _ in range(stride * kills + 1)):
            run.kill()
            kills += 1
        else:
            run.expect_exit(0)
        unfinished, _ = expect_nothing_torn(desk, "p-1", False, f"recovery killed {kills} times")
    expect(stride * kills > 3, f"the recovery was killed {kills} times only")
    desk.station.done("outbox", "push")
    expect_settled(desk, "p-1", key, False, "after the recovery")
    desk.station.done("audit", "verify")


class Steps:
    """The events of a run by names that tell one moment from another; a key's word that it is alive counts as none."""

    def __init__(self, run):
        self._run = run
        self._nth = 0

    def next(self):
        """The next moment's name; None at the end."""
        while True:
            event, _ = self._run.next_event()
            if event is None:
                return None
            name = self._name(event)
            if name is not None:
                return name

    def until(self, wanted):
        name = self.next()
        while name != wanted:
            expect(name is not None, f"the run ended before {wanted!r}; it said {self._run.events[-3:]}")
            name = self.next()

    @classmethod
    def of(cls, events):
        steps = cls(None)
        return [name for name in map(steps._name, events) if name is not None]

    def _name(self, event):
        kind = event["event"]
        if kind == "touch":
            self._nth = event["nth"]
        if kind in ("touch", "touch-over"):
            return f"{kind} {self._nth}"
        if kind in ("step", "step-done"):
            return f"{kind} {event['step']}"
        if kind == "leaves":
            return f"{kind} {event['remains']}"
        return None if kind in ("alive", "withdrawn") else kind


def steps_of_a_whole_enrolment(desk, bench):
    """[(name, when)] of the steps of an enrolment that nothing happens to. Where several come in one breath, the last is left."""
    key = bench.key(serial="K1")
    run = desk.station.enrol("p-1", key, PIN)
    steps, named = [], Steps(run)
    while (name := named.next()) is not None:
        steps.append((name, time.monotonic()))
    run.expect_exit(0)
    desk.expect_enrolled("p-1", key, PIN)
    bench.discard(key)
    names = [name for name, _ in steps]
    expect(len(set(names)) == len(names), f"two steps have one name: {names}")
    return [it for it, after in zip(steps, [*names[1:], None]) if after is None or not after.startswith("step ")]


def expect_nothing_torn(desk, person, told, what):
    """As the kill left it, before anything is mended: one intent, one record; a record, its outbox entry; the rest unfinished.

    Returns the unfinished work and the outbox.
    """
    records = desk.station.records()
    intents = [it["intent"]["id"] for it in records if it["kind"] == "intent-begun"]
    enrolled = [it["intent"] for it in records if it["kind"] == "enrolled"]
    expect(len(set(enrolled)) == len(enrolled), f"{what}: two records for one intent: {enrolled}")
    ended = {it["intent"] for it in records if it["kind"] in ("enrolled", "retested", "intent-ended")}
    work = desk.station.listed("unfinished", "list")
    unfinished = [it["intent"]["id"] for it in work]
    expect(unfinished == [it for it in intents if it not in ended], f"{what}: {unfinished} are unfinished of {intents}")
    entries = [it["entry"] for it in records if it["kind"] in ("enrolled", "retested")]
    pushed = {it["entry"] for it in records if it["kind"] == "pushed"}
    outbox = [it["id"] for it in desk.station.listed("outbox", "list")]
    expect(outbox == [it for it in entries if it not in pushed], f"{what}: {outbox} wait of {entries}; {pushed} are pushed")
    recorded = any(it["kind"] == "enrolled" and it["push"]["person"] == person for it in records)
    expect(recorded or not told, f"{what}: the operator was told of an enrolment that is not recorded")
    return work, outbox


def resolve(desk, work, key):
    return desk.station.start("unfinished", "resolve", work["intent"]["id"], "--key", key.place, pin=PIN)


def expect_settled(desk, person, key, told, what):
    """Key and registry hold the same, one credential at most; whoever has none yet gets one."""
    on_key = [it.credential_id for it in witness.discoverable_credentials(key.hidraw, PIN, RP_ID)]
    held = list(desk.registry.public_keys(person))
    print(f"{what}: {len(on_key)} on the key, {len(held)} at the registry", file=sys.stderr)
    expect(on_key == held, f"{what}: the key holds {on_key}, the registry {held}")
    expect(len(held) == 1 or (not held and not told), f"{what}: {len(held)} credentials, told {told}")
    if not held:
        desk.station.enrol(person, key, PIN).expect_exit(0)
    desk.expect_enrolled(person, key, PIN)
