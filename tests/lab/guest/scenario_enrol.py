"""The main job through the command line, on real USB: what the registry says, and what the key says."""

from scenario import expect, scenario
from station import Desk

PIN, STRANGERS_PIN = "290513", "604817"


@scenario(limit_s=200)
def with_three_keys_in_only_the_chosen_one_is_enrolled(bench):
    desk = Desk(bench)
    bystander, chosen = bench.key(serial="A1"), bench.key(serial="B2")
    outcome = desk.station.enrol("p-1", chosen, PIN).expect_exit(0)
    expect(outcome["event"] == "outcome", f"the last line is no outcome: {outcome}")
    desk.expect_enrolled("p-1", chosen, PIN)
    desk.expect_untouched(bystander)
    desk.station.done("audit", "verify")


@scenario(limit_s=200)
def of_two_of_a_kind_without_serial_the_one_at_the_chosen_place_is_enrolled(bench):
    desk = Desk(bench)
    left, right = bench.key(model="Twin"), bench.key(model="Twin")
    expect(left.place != right.place, "the twins are at the same place")
    desk.station.enrol("p-1", right, PIN).expect_exit(0)
    desk.expect_enrolled("p-1", right, PIN)
    desk.expect_untouched(left)
    desk.station.enrol("p-2", left, PIN).expect_exit(0)
    desk.expect_enrolled("p-2", left, PIN)
    desk.expect_enrolled("p-1", right, PIN)


@scenario(limit_s=400)
def a_key_pulled_at_any_step_and_put_back_ends_with_one_credential(bench):
    desk = Desk(bench)
    moments = ["step check", "step pin", "step create", "finger 1", "step test", "finger 2", "step record"]
    for number, moment in enumerate(moments, 1):
        person, key = f"p-{number}", bench.key(serial=moment, touched=False)
        run = desk.station.enrol(person, key, PIN)
        follow(run, key, moment)
        key.unplug()
        if moment != "step record":
            run.until(lambda event: event["event"] == "pulled", f"noticing the pull at {moment}")
        key.plug()
        key.touch_whenever_asked()
        run.expect_exit(0)
        desk.expect_enrolled(person, key, PIN)
        held = len(desk.registry.public_keys(person))
        expect(held == 1, f"after a pull at {moment} the registry holds {held} credentials of the person")
        bench.discard(key)


def follow(run, key, moment):
    """Reads on to a moment of the run, and lends a finger before."""
    nth = 0
    while True:
        event, _ = run.until(lambda event: event["event"] in ("step", "touch", "alive"), moment)
        if event["event"] == "touch":
            nth = event["nth"]
        elif event["event"] == "step" and f"step {event['step']}" == moment:
            return
        elif event["event"] == "alive" and event["touch"]:
            if f"finger {nth}" == moment:
                return
            key.touch()


@scenario(limit_s=300)
def a_second_key_is_made_only_after_the_first_has_proved_the_person(bench):
    desk = Desk(bench)
    first, stranger, second = bench.key(serial="A1"), bench.key(serial="B2"), bench.key(serial="C3")
    desk.station.enrol("p-1", first, PIN).expect_exit(0)
    desk.station.person_goes("p-1")
    desk.station.enrol("p-2", stranger, STRANGERS_PIN).expect_exit(0)
    refused = desk.station.enrol("p-1", second, PIN, proof=(stranger, STRANGERS_PIN)).expect_exit(4)
    expect(len(desk.registry.public_keys("p-1")) == 1, f"the key of somebody else let p-1 have a second: {refused}")
    desk.expect_untouched(second)
    desk.station.enrol("p-1", second, PIN, proof=(first, PIN)).expect_exit(0)
    desk.expect_enrolled("p-1", second, PIN)
    desk.expect_enrolled("p-1", first, PIN)
    expect(len(desk.registry.public_keys("p-1")) == 2, "the registry does not hold both keys")
    desk.expect_enrolled("p-2", stranger, STRANGERS_PIN)


@scenario(limit_s=200)
def without_a_registry_and_without_a_ticket_no_key_is_touched(bench):
    desk = Desk(bench)
    key = bench.key(serial="A1")
    desk.registry.stop()
    desk.station.enrol("p-1", key, PIN).expect_exit(5)
    desk.expect_untouched(key)
    desk.registry.start()
    desk.station.enrol("p-1", key, PIN).expect_exit(0)
    desk.expect_enrolled("p-1", key, PIN)


