"""The main job at the screen, by its words and its keys alone."""

import re

from kiosk import Kiosk
from scenario import scenario
from station import OPERATOR_PIN, Desk

PIN = "290513"


def sign_in(kiosk, operator_key):
    kiosk.wait_until_shown("Put your own security key into a slot")
    kiosk.press("Enter")
    choose(kiosk, operator_key)
    kiosk.wait_until_shown("Type the PIN of this key")
    kiosk.type(OPERATOR_PIN)
    kiosk.press("Enter")
    kiosk.wait_until_shown("Find", "BAY")


def choose(kiosk, key):
    """Chooses among several keys by the number of the slot that the key's model stands beside."""
    screen = kiosk.wait_until_shown("Choose by slot", key.model)
    row = next(line for line in screen.splitlines() if key.model in line)
    kiosk.type(re.search(r"\d+", row)[0])
    kiosk.press("Enter")


@scenario(limit_s=300)
def at_the_kiosk_a_key_is_enrolled_although_it_is_pulled_at_the_touch(bench):
    desk = Desk(bench)
    bystander, chosen = bench.key(model="Bystander"), bench.key(model="Chosen", touched=False)
    kiosk = bench.keep(Kiosk(desk.station))
    sign_in(kiosk, desk.operator_key)

    kiosk.type("person1@example.com")
    kiosk.wait_until_shown("Person1 Example", "1 person")
    kiosk.press("Enter")
    kiosk.wait_until_shown("SECURITY KEYS", "No security key yet")
    kiosk.press("Enter")
    kiosk.wait_until_shown("Which document?")
    kiosk.type("1")
    kiosk.wait_until_shown("the last four characters")
    kiosk.type("7K31")
    kiosk.press("Enter")
    choose(kiosk, chosen)
    kiosk.wait_until_shown("unknown model")
    kiosk.press("Enter")
    kiosk.wait_until_shown("Choose a PIN for this key")
    kiosk.type(PIN)
    kiosk.expect_hidden(PIN)
    kiosk.press("Enter")
    kiosk.wait_until_shown("Type the same PIN once more")
    kiosk.type(PIN)
    kiosk.press("Enter")

    kiosk.wait_until_shown("Touch the blinking key")
    chosen.unplug()
    kiosk.wait_until_shown("The key was pulled out", "Put it back into slot")
    chosen.plug()
    chosen.touch_whenever_asked()
    kiosk.wait_until_shown("has a new key", "The registry has verified it and holds it")

    desk.expect_enrolled("p-1", chosen, PIN)
    desk.expect_untouched(bystander)
    kiosk.press("F12")
    kiosk.wait_until_shown("Put your own security key into a slot")
    kiosk.expect_hidden("Person1", "person1@example.com")
