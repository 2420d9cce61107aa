"""What is done to one key besides enrolling it, through the command line on real USB; libfido2 says what came of it."""

import base64

import witness
from scenario import expect, scenario
from station import Desk

PIN, OTHER_PIN = "290513", "77311904"
RP_ID = "elsewhere.example"


@scenario(limit_s=300)
def a_key_gets_a_pin_another_one_and_settings_and_libfido2_finds_them(bench):
    desk = Desk(bench, role="station-administrator")
    key = bench.key(serial="A1")
    at_place = ["--key", key.place]
    desk.expect_untouched(key)
    desk.station.done("key", "pin", "set", *at_place, pin=PIN)
    expect(witness.has_pin(key.hidraw), "a PIN was set and libfido2 sees none")
    desk.station.start("key", "pin", "set", *at_place, pin=OTHER_PIN).expect_exit(4)

    desk.station.done("key", "test", *at_place, pin=PIN)
    expect(witness.relying_parties(key.hidraw, PIN) == [], "the test left a credential on the key")

    desk.station.done("key", "pin", "change", *at_place, pin=f"{PIN}\n{OTHER_PIN}")
    expect(not witness.opens(key.hidraw, PIN), "the old PIN still opens the key")
    expect(witness.opens(key.hidraw, OTHER_PIN), "the new PIN does not open the key")

    desk.station.done("key", "config", "--always-uv", "on", *at_place, pin=OTHER_PIN)
    expect("alwaysUv" in witness.options(key.hidraw), f"always-UV does not show: {witness.options(key.hidraw)}")
    desk.station.done("key", "config", "--min-pin-length", "8", *at_place, pin=OTHER_PIN)
    expect("minpinlen: 8" in witness.token_info(key.hidraw), "the minimum PIN length does not show")
    desk.station.done("audit", "verify")
    expect(desk.station.listed("unfinished", "list") == [], "something is left unfinished")


@scenario(limit_s=200)
def of_two_credentials_only_the_named_one_is_deleted(bench):
    desk = Desk(bench)
    key = bench.key(serial="A1")
    witness.set_pin(key.hidraw, PIN)
    for handle in (b"first", b"second"):
        witness.make_credential(key.hidraw, PIN, RP_ID, handle)
    before = {it.user_handle: it.credential_id for it in witness.discoverable_credentials(key.hidraw, PIN, RP_ID)}
    expect(set(before) == {b"first", b"second"}, f"libfido2 lists {before}")

    at_place = ["--key", key.place]
    listing = desk.station.start("key", "credentials", "list", *at_place, pin=PIN)
    listing.expect_exit(0)
    named = {handle: base64.urlsafe_b64encode(it).rstrip(b"=").decode() for handle, it in before.items()}
    expect(all(it in str(listing.events) for it in named.values()), f"the station lists {listing.events}, the key holds {named}")

    desk.station.done("key", "credentials", "delete", named[b"first"], *at_place, pin=PIN)
    left = [it.user_handle for it in witness.discoverable_credentials(key.hidraw, PIN, RP_ID)]
    expect(left == [b"second"], f"after the deletion libfido2 lists {left}")
    expect(desk.station.listed("unfinished", "list") == [], "something is left unfinished")
