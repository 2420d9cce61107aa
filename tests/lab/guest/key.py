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
    """One security key of a model that the desk knows. `touch` as the firmware's --touch takes it."""

    made = 0

    def __init__(self, model="Lab Key", serial=None, release=0x0543, touch="always", composite=False):
        Key.made += 1
        self.name = f"key{Key.made}"
        self.touch = touch
        self.flash = pathlib.Path(f"/var/tmp/{self.name}")
        self.flash.mkdir()
        self.firmware = None
        interfaces = [KEYBOARD, FIDO] if composite else [FIDO]
        self.fido_interface = interfaces.index(FIDO)
        self.gadget = Gadget(model, 0x1209, 0xF1D0, release, "Keydesk Lab", serial, interfaces)

    def plug(self):
        self.gadget.plug(self._power_up)
        return self

    def unplug(self):
        self.gadget.unplug()
        self._power_down()

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
        shutil.rmtree(self.flash)

    def _power_up(self):
        node = self.gadget.device_nodes()[self.fido_interface]
        with open(LOGS / f"{self.name}.log", "ab") as log:
            self.firmware = subprocess.Popen(
                [PROGRAM, "--hidg", node, "--flash", self.flash, "--touch", self.touch], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _power_down(self):
        if self.firmware is not None:
            self.firmware.kill()
            self.firmware.wait()
            self.firmware = None
