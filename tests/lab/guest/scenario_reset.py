"""A reset, coached: a hand that really pulls and plugs, and what libfido2 and the registry say before and after.

Invariant: the hand does what the command says and nothing else, and it touches only while the key asks for it.
"""

import os
import signal
import time

import witness
from scenario import expect, scenario
from station import RP_ID, Desk

PIN, OTHER_PIN, NEW_PIN = "290513", "604817", "731904"
PERSON_NAME = "Person1 Example"
# A key takes a reset for ten seconds after it was plugged in (CTAP 2.3, section 6.6); the firmware counts whole ones.
LATE_S = 12


@scenario(limit_s=300)
def a_key_pulled_put_back_and_touched_is_empty_and_the_one_beside_it_is_as_it_was(bench):
    desk, beside, key = two_enrolled(bench)
    run = start_reset(desk, key)
    misses = follow(run, key, key.plug)
    expect(misses == [], f"the window was missed by a hand that was quick: {misses}")
    expect_reset(desk, run, key)
    desk.expect_enrolled("p-2", beside, OTHER_PIN)


@scenario(limit_s=300)
def a_reset_that_comes_too_late_says_so_changes_nothing_and_is_tried_again(bench):
    desk, beside, key = two_enrolled(bench)
    run = start_reset(desk, key)
    plugs = 0

    def plug():
        nonlocal plugs
        plugs += 1
        if plugs > 1:
            key.plug()
        else:
            with_the_station_stopped(run, key)

    misses = follow(run, key, plug, at_a_miss=lambda: expect_full(key))
    expect(misses == ["too-late"], f"the misses were {misses}")
    confirmed = [event for event in run.events if event["event"] == "step" and event["step"] == "confirm"]
    expect(len(confirmed) == 1, f"it was to be confirmed {len(confirmed)} times")
    expect_reset(desk, run, key)
    desk.expect_enrolled("p-2", beside, OTHER_PIN)


def two_enrolled(bench):
    """A desk, the key beside, and the key of p-1 that is to be reset: by libfido2's word it has a PIN and one credential."""
    desk = Desk(bench)
    beside, key = bench.key(serial="A1"), bench.key(serial="B2", touched=False)
    desk.station.enrol("p-2", beside, OTHER_PIN).expect_exit(0)
    key.touch_whenever_asked()
    desk.station.enrol("p-1", key, PIN).expect_exit(0)
    desk.expect_enrolled("p-2", beside, OTHER_PIN)
    desk.expect_enrolled("p-1", key, PIN)
    expect_full(key)
    return desk, beside, key


def expect_full(key):
    """By libfido2's word it has its PIN and holds something for the RP and for no other."""
    expect(witness.has_pin(key.hidraw), "the key has no PIN")
    found = witness.relying_parties(key.hidraw, PIN)
    expect(found == [RP_ID], f"the key holds credentials for {found}")


def start_reset(desk, key):
    case = ["--reason", "PIN forgotten", "--ticket", "T-1", "--requested-by", "W. Example", "--identified-by", "passport:7K31"]
    return desk.station.start("key", "reset", "--confirm", PERSON_NAME, *case, "--key", key.place)


def follow(run, key, plug, at_a_miss=lambda: None):
    """Does what the command says until it asks no more; why each window was missed, in its words."""
    misses = []
    while True:
        event, _ = run.until(lambda event: event["event"] in ("coach", "alive", "outcome"), "a word of what to do")
        if event["event"] == "outcome":
            return misses
        if event["event"] == "alive":
            if event["touch"]:
                key.touch()
            continue
        coach = event["coach"]
        if coach["coach"] == "pull":
            if "again" in coach:
                misses.append(coach["again"])
                at_a_miss()
            key.unplug()
        elif coach["coach"] == "put-back":
            plug()


def with_the_station_stopped(run, key):
    """Plugs the key in while the station does not look, until its window is over."""
    os.kill(run.process.pid, signal.SIGSTOP)
    key.plug()
    time.sleep(LATE_S)
    os.kill(run.process.pid, signal.SIGCONT)


def expect_reset(desk, run, key):
    """The command says so, and so do the key by libfido2's word, the registry and the station's record."""
    outcome = run.expect_exit(0)
    expect(outcome["code"] == "reset", f"the outcome is {outcome}")
    expect(not witness.has_pin(key.hidraw), "the key has a PIN still")
    # Only with a PIN does a key tell what it holds.
    witness.set_pin(key.hidraw, NEW_PIN)
    expect(witness.relying_parties(key.hidraw, NEW_PIN) == [], "the key holds credentials still")
    held = desk.registry.public_keys("p-1")
    expect(held == {}, f"the registry holds {list(held)} for a person whose only key was reset")
    left = desk.station.listed("outbox", "list") + desk.station.listed("unfinished", "list")
    expect(left == [], f"the station has not done with it: {left}")
    kinds = [change["kind"] for change in desk.station.records()]
    expect(kinds.count("reset-done") == 1, f"the journal holds {kinds}")
    desk.station.done("audit", "verify")
