"""Security keys: a gadget with the FIDO interface and the firmware that answers behind it.

Invariant: pulling a key cuts its power. The firmware process dies with the plug and starts anew on the same flash memory,
as a real key does.
"""

import pathlib
import shutil
import subprocess

from usb import FIDO, KEYBOARD, Gadget

PROGRAM = "/lab/bin/keydesk-firmware-key"
LOGS = pathlib.Path("/logs")


class Key:
    """One security key. `touched` at once whenever it asks, or only by hand; `flash`: where it remembers, kept when given."""

    made = 0

    def __init__(self, model="Lab Key", serial=None, release=0x0543, touched=True, composite=False, flash=None):
        Key.made += 1
        self.name = f"key{Key.made}"
        self.model = model
        self.finger = None if touched else pathlib.Path(f"/run/{self.name}.finger")
        self.forgets = flash is None
        self.flash = flash or pathlib.Path(f"/run/{self.name}.flash")
        self.flash.mkdir(parents=True, exist_ok=not self.forgets)
        self.firmware = None
        interfaces = [KEYBOARD, FIDO] if composite else [FIDO]
        self.fido_interface = interfaces.index(FIDO)
        self.gadget = Gadget(model, 0x1209, 0xF1D0, release, "Keydesk Lab", serial, interfaces)

    def plug(self, port=None):
        """Into a port, else into its own."""
        self.gadget.plug(self._power_up, port)
        return self

    def unplug(self):
        self.gadget.unplug()
        self._power_down()

    def touch(self):
        """The person touches it; it must be asking."""
        self.finger.write_text("touch\n")

    def touch_whenever_asked(self):
        """From now on, until it loses power."""
        self.finger.write_text("always\n")

    @property
    def place(self):
        return self.gadget.place()

    @property
    def hidraw(self):
        return self.gadget.hidraw_nodes()[self.fido_interface]

    def destroy(self):
        if self.gadget.is_plugged():
            self.gadget.unplug()
        self._power_down()
        self.gadget.destroy()
        if self.forgets:
            shutil.rmtree(self.flash)

    def _power_up(self):
        mounted = self.gadget.mounted
        place = ["--function", mounted] if mounted else ["--hidg", self.gadget.device_nodes()[self.fido_interface]]
        touch = f"fifo={self.finger}" if self.finger else "always"
        with open(LOGS / f"{self.name}.log", "ab") as log:
            self.firmware = subprocess.Popen(
                [PROGRAM, *place, "--flash", self.flash, "--touch", touch], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _power_down(self):
        if self.firmware is not None:
            self.firmware.kill()
            self.firmware.wait()
            self.firmware = None
