"""Many keys at once through `keydesk batch`, on real USB beside the operator's own key; peers say what was on them before and after."""

import pathlib

import peer
from scenario import expect, scenario
from station import HOME, RP_ID, Desk

PIN = "290513"
KEYS = 8
PROFILE = """\
version = 1
name = "Lab"
[[step]]
do = "pin"
how = "typed"
[[step]]
do = "enrol"
for = "list"
[[step]]
do = "tag"
pattern = "LAB-##"
"""


def files(people):
    """The profile and the list, where the station's user can read them."""
    profile, listed = HOME / "profile.toml", HOME / "people.txt"
    profile.write_text(PROFILE)
    listed.write_text("".join(f"{person}\n" for person in people))
    for file in (profile, listed):
        pathlib.Path(file).chmod(0o644)
    return profile, listed


def begin(desk, people, pins=PIN):
    profile, listed = files(people)
    return desk.station.start(
        "batch", "run", profile, "--people", listed, "--identified-by", "passport:7K31", "--wait", "60", pin=pins
    )


@scenario(limit_s=600)
def eight_keys_at_once_are_enrolled_for_the_people_on_a_list_and_two_peers_see_what_became_of_each(bench):
    desk = Desk(bench)
    keys = [bench.key(serial=f"B{number}") for number in range(1, KEYS + 1)]
    people = [f"p-{number}" for number in range(1, KEYS + 1)]
    for key in keys:
        desk.expect_untouched(key)
    before = {key.place: peer.look(key.hidraw) for key in keys}
    expect(not any(seen.options["clientPin"] for seen in before.values()), f"python-fido2 sees PINs already: {before}")

    run = begin(desk, people, "\n".join([PIN] * KEYS))
    run.expect_exit(0, timeout_s=400)
    begun = {event["place"]: event["seat"] for event in run.events if event["event"] == "key-begun"}
    expect(sorted(begun.values()) == list(range(KEYS)), f"the list was not given out once each: {begun}")
    for key in keys:
        person = people[begun[key.place]]
        desk.expect_enrolled(person, key, PIN)
        expect_alike(before[key.place], peer.look(key.hidraw, PIN), desk.registry.user_handle(person))
    refused = [event["place"] for event in run.events if event["event"] == "key-refused"]
    expect(refused == [desk.operator_key.place], f"refused were {refused}")
    shown = desk.station.listed("batch", "list")
    expect(shown[-1]["tally"]["done"] == KEYS, f"the journal says {shown}")
    return f"the most keys at work at once: {most_at_once(run.events)} of {KEYS}"


def expect_alike(before, after, handle):
    """By python-fido2's word the key has a PIN and one credential more, and is otherwise as it was."""
    expect(after.options == before.options | {"clientPin": True}, f"the options were {before.options}, and are {after.options}")
    expect(after.retries == 8, f"there are {after.retries} attempts at the PIN left")
    held = [(RP_ID, handle)]
    expect(after.credentials == held, f"python-fido2 lists {after.credentials}, not {held}")


def most_at_once(events):
    """Keys that had begun and not ended, at the best moment."""
    at_work, most = set(), 0
    for event in events:
        if event["event"] == "key-begun":
            at_work.add(event["place"])
        elif event["event"] == "key-left":
            at_work.discard(event["place"])
        most = max(most, len(at_work))
    return most


@scenario(limit_s=300)
def a_dry_run_says_what_would_happen_and_touches_no_key(bench):
    desk = Desk(bench)
    key = bench.key(serial="B1")
    profile, listed = files(["p-1"])
    run = desk.station.start(
        "batch", "run", profile, "--people", listed, "--identified-by", "passport:7K31", "--dry-run"
    )
    run.expect_exit(0)
    told = {item["place"]: item["refused"] for item in (e["item"] for e in run.events if e["event"] == "forecast")}
    expect(told[key.place] is None, f"the new key would not take part: {told}")
    expect(told[desk.operator_key.place] is not None, f"the operator's own key would take part: {told}")
    desk.expect_untouched(key)


@scenario(limit_s=400)
def a_key_that_is_pulled_at_its_touch_in_a_batch_goes_on_when_it_is_put_back(bench):
    desk = Desk(bench)
    slow, quick = bench.key(serial="B1", touched=False), bench.key(serial="B2")
    run = begin(desk, ["p-1", "p-2"], "\n".join([PIN] * 2))
    run.until(lambda event: event["event"] == "alive" and event["touch"] and event["place"] == slow.place, "the touch")
    slow.unplug()
    run.until(lambda event: event["event"] == "pulled" and event["place"] == slow.place, "noticing the pull")
    slow.plug()
    slow.touch_whenever_asked()
    run.expect_exit(0, timeout_s=200)
    begun = {event["place"]: event["seat"] for event in run.events if event["event"] == "key-begun"}
    for key in (slow, quick):
        desk.expect_enrolled(f"p-{begun[key.place] + 1}", key, PIN)
