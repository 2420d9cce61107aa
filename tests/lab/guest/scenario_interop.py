"""The product and another client of security keys, in turn on one key: what the one makes the other knows."""

import base64

import other_client
from scenario import expect, scenario
from station import RP_ID, Desk

PIN, ELSEWHERE = "290513", "elsewhere.example"


@scenario(limit_s=200)
def what_another_client_made_is_listed_left_alone_by_a_test_and_deleted_when_it_is_named(bench):
    desk = Desk(bench)
    key = bench.key(serial="A1")
    at_place = ["--key", key.place]
    other_client.set_pin(key.hidraw, PIN)
    theirs = other_client.make_credential(key.hidraw, PIN, ELSEWHERE, "theirs")

    desk.station.done("key", "test", *at_place, pin=PIN)
    held = other_client.discoverable_credentials(key.hidraw, PIN, ELSEWHERE)
    expect(held == {theirs: b"theirs"}, f"after the test the other client finds {held}")

    listing = desk.station.start("key", "credentials", "list", *at_place, pin=PIN)
    listing.expect_exit(0)
    name = base64.urlsafe_b64encode(theirs).rstrip(b"=").decode()
    expect(name in str(listing.events), f"the station lists {listing.events}, the other client made {name}")
    desk.station.done("key", "credentials", "delete", name, *at_place, pin=PIN)
    held = other_client.discoverable_credentials(key.hidraw, PIN, ELSEWHERE)
    expect(held == {}, f"after the deletion the other client finds {held}")


@scenario(limit_s=200)
def what_is_enrolled_here_signs_for_another_client_and_works_here_after_that(bench):
    desk = Desk(bench)
    key = bench.key(serial="A1")
    desk.station.enrol("p-1", key, PIN).expect_exit(0)
    [(credential_id, public_key)] = desk.registry.public_keys("p-1").items()

    signed = other_client.signs(key.hidraw, PIN, RP_ID, public_key)
    handle = desk.registry.user_handle("p-1")
    expect(signed == other_client.Signed(credential_id, handle), f"the other client got {signed}, the person's handle is {handle.hex()}")

    other_client.make_credential(key.hidraw, PIN, ELSEWHERE, "theirs")
    desk.station.done("key", "test", "--person", "p-1", "--key", key.place, pin=PIN)
    desk.expect_enrolled("p-1", key, PIN)
