"""One life of a help desk on a disk whose power will be cut at a moment that nobody knows.

When the machine comes up, everything that was ever acknowledged must be there, whole, and what was cut short must be ended in
the way that the station offers; then the desk goes on enrolling until the lights go out. What was acknowledged is remembered
by the host. The keys remember on their own, as keys do: their flash is not on that disk.
"""

import os
import pathlib
import subprocess
import traceback

import witness
from scenario import Bench, expect
from station import HOME, RP_ID, Desk

PIN = "517302"
# How many keys of a life may take too long.
SLOW_MOST = 3
FLASH = pathlib.Path("/logs/flash")


def live(life, say):
    """`life`: {"number", "acknowledged": [person number], "attempted": person number, "last", "unsynced"}, as the host keeps it.

    With "unsynced" true it syncs nothing from the first enrolment on, for the next life to find out.
    """
    HOME.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "/dev/vdb", HOME], check=True)
    bench = Bench()
    sentence = f"{life['number'] + 1} - after {life['number']} power cuts nothing that was acknowledged is missing"
    try:
        desk = Desk(bench, flash=FLASH / "operator")
        if life["number"] > 0:
            end_what_was_cut_short(bench, desk, life["attempted"])
            expect_everything(desk, life["acknowledged"])
    except Exception as error:
        traceback.print_exc()
        say(f"not ok {sentence}: {type(error).__name__}: {' '.join(str(error).split())}")
        return
    say(f"ok {sentence}")
    if life["unsynced"]:
        # What the cut takes is what this life writes, not the desk that it found.
        os.sync()
        desk.without_syncing()
    if not life["last"]:
        try:
            enrol_for_ever(bench, desk, life["attempted"] + 1, say)
        except Exception as error:
            traceback.print_exc()
            say(f"ended {type(error).__name__}: {' '.join(str(error).split())}")


def enrol_for_ever(bench, desk, number, say):
    slow = 0
    while True:
        key = insert(bench, number)
        say(f"attempts {number}")
        run = desk.station.enrol(f"p-{number}", key, PIN)
        outcome = run.ended()
        if outcome.get("code") == "key-failed" and slow < SLOW_MOST:
            # The machine is emulated, and its keys as slow as whatever else runs beside it: the operator goes on with the next person.
            say(f"slow {number}")
            slow += 1
        else:
            run.expect_exit(0)
            say(f"acknowledged {number}")
        bench.discard(key)
        number += 1


def end_what_was_cut_short(bench, desk, number):
    """The person of the last life is still at the desk, with the key; whoever's key was too slow comes back with theirs."""
    unsure = set()
    for work in desk.station.listed("unfinished", "list"):
        whose = int(work["intent"]["offer"]["person"]["id"].removeprefix("p-"))
        key, remains = resolve(bench, desk, work["intent"]["id"], insert(bench, whose), whose)
        # An emulated key that took too long to delete what it holds: the station said that it does not know, and so nobody does.
        if remains == "unknown":
            unsure.add(whose)
        else:
            expect_one_credential(desk, key, whose)
        bench.discard(key)
    expect(len(unsure) <= SLOW_MOST, f"of {len(unsure)} keys nobody knows what is on them")
    expect(desk.station.listed("unfinished", "list") == [], "unfinished work is left after it was resolved")
    if number not in unsure:
        key = insert(bench, number)
        expect_one_credential(desk, key, number)
        bench.discard(key)


def expect_one_credential(desk, key, number):
    desk.station.done("outbox", "push")
    held = set(desk.registry.public_keys(f"p-{number}"))
    on_key = {it.credential_id for it in witness.discoverable_credentials(key.hidraw, PIN, RP_ID)}
    expect(len(on_key) <= 1, f"one intent made {len(on_key)} credentials on the key")
    expect(on_key == held, f"the key holds {on_key}, the registry {held}")


def resolve(bench, desk, intent, key, number):
    """As often as the emulated key is too slow, it is put back and asked again, as the station says; the key as it is in by then, and what
    the station says is left on it."""
    for patience in range(SLOW_MOST, -1, -1):
        run = desk.station.start("unfinished", "resolve", intent, "--key", key.place, pin=PIN)
        outcome = run.ended()
        if outcome.get("code") != "key-failed" or patience == 0:
            run.expect_exit(0)
            return key, outcome["facts"].get("remains")
        bench.discard(key)
        key = insert(bench, number)


def expect_everything(desk, acknowledged):
    desk.station.done("audit", "verify")
    waiting = desk.station.listed("outbox", "list")
    expect(waiting == [], f"the outbox still holds {waiting}")
    recorded = {it["push"]["person"] for it in desk.station.records() if it["kind"] == "enrolled"}
    for number in acknowledged:
        expect(f"p-{number}" in recorded, f"person {number}, acknowledged, is not in the station's journal")
        held = desk.registry.public_keys(f"p-{number}")
        expect(len(held) == 1, f"person {number}, acknowledged, has {len(held)} credentials at the registry")


def insert(bench, number):
    return bench.key(serial=f"K{number}", flash=FLASH / str(number))
