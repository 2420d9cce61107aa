"""The main job at the screen, by its words and its keys alone."""

import re
import socket
import sys
import threading
import time

from kiosk import Kiosk
from scenario import expect, scenario
from station import OPERATOR_PIN, Desk

PIN = "290513"
NOTICED_WITHIN_MS = 150


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


@scenario(limit_s=180)
def the_bay_shows_a_key_within_150_ms_of_the_kernel_announcing_it(bench):
    desk = Desk(bench)
    kiosk = bench.keep(Kiosk(desk.station))
    sign_in(kiosk, desk.operator_key)
    key = bench.key(model="Latecomer")
    kiosk.wait_until_shown("Latecomer")
    took_ms = []
    for _ in range(7):
        key.unplug()
        kiosk.wait_until_gone("Latecomer")
        kiosk.record()
        announced = Announcement()
        plugging = threading.Thread(target=key.plug)
        plugging.start()
        drawn_s = kiosk.drawn_at_s("Latecomer")
        plugging.join()
        took_ms.append((drawn_s - announced.at_s()) * 1000)
    said = f"drawn {[round(ms) for ms in took_ms]} ms after the kernel's word"
    print(said, file=sys.stderr)
    # Emulation is some twenty times slower than a station and shares its cores. What looks only now and then would still
    # miss the limit more often than it is allowed to here.
    expect(sorted(took_ms)[2] <= NOTICED_WITHIN_MS, f"{said}; three of them must be within {NOTICED_WITHIN_MS} ms")


class Announcement:
    """When the kernel announced the next hidraw node, in seconds of the monotonic clock."""

    # linux/netlink.h; the group is the kernel's own, not udev's.
    KOBJECT_UEVENT, KERNEL_EVENTS = 15, 1

    def __init__(self):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, self.KOBJECT_UEVENT)
        self._socket.bind((0, self.KERNEL_EVENTS))
        self._socket.settimeout(30)
        self._at_s = None
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        with self._socket:
            while self._at_s is None:
                message = self._socket.recv(8192)
                if message.startswith(b"add@") and b"SUBSYSTEM=hidraw" in message.split(b"\0"):
                    self._at_s = time.monotonic()

    def at_s(self):
        self._thread.join()
        expect(self._at_s is not None, "the kernel announced no hidraw node")
        return self._at_s
