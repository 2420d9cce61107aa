"""USB devices made of nothing: gadgets on the kernel's dummy host controllers, which the same kernel then enumerates.

Hides configfs and sysfs. A gadget has a port of its own for as long as it lives, so its place on the host side (the USB path,
such as 1-1) stays the same however often it is unplugged, unless it is put into another one. The kernel has four HID gadget
functions in all; what is more is a FunctionFS, behind which a program plays the HID device itself. The host side sees no difference.
"""

import glob
import os
import pathlib
import subprocess
import time

CONFIGFS = pathlib.Path("/sys/kernel/config/usb_gadget")
MOUNTS = pathlib.Path("/run/functions")
CONTROLLERS = 10
HID_FUNCTIONS = 4

# Report descriptors, as the CTAP specification (11.2.8.1) and the HID specification (appendix B.1) print them.
FIDO_REPORTS = bytes.fromhex("06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0")
KEYBOARD_REPORTS = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508"
    "150025650507190029658100c0"
)


class Hid:
    """One HID interface of a gadget."""

    def __init__(self, descriptor, report_bytes):
        self.descriptor = descriptor
        self.report_bytes = report_bytes


FIDO = Hid(FIDO_REPORTS, 64)
KEYBOARD = Hid(KEYBOARD_REPORTS, 8)


def wait_for(what, condition, timeout_s=20.0):
    """The first true value of `condition()`; says `what` was awaited when it never comes."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s in vain for {what}")
        time.sleep(0.005)


class Port:
    """Where a device can be put in: a controller with one port, nobody else's until it is given back."""

    _free = list(range(CONTROLLERS))

    def __init__(self):
        self.controller = Port._free.pop(0)

    @property
    def place(self):
        """The USB path on the host side, such as 1-1: controllers are numbered in the order in which they were made."""
        bus = next(pathlib.Path(f"/sys/devices/platform/dummy_hcd.{self.controller}").glob("usb*"))
        return f"{bus.name.removeprefix('usb')}-1"

    def destroy(self):
        Port._free.insert(0, self.controller)


class Gadget:
    """A USB device that can be plugged in and pulled out. `serial` None: a model that reports none."""

    _hid_functions_left = HID_FUNCTIONS

    def __init__(self, model, vendor_id, product_id, release, maker, serial, interfaces):
        self.home = self.port = Port()
        self.path = CONFIGFS / f"g{self.home.controller}"
        self.path.mkdir()
        self._write("idVendor", f"{vendor_id:#06x}")
        self._write("idProduct", f"{product_id:#06x}")
        self._write("bcdDevice", f"{release:#06x}")
        strings = self.path / "strings/0x409"
        strings.mkdir()
        (strings / "manufacturer").write_text(maker)
        (strings / "product").write_text(model)
        if serial is not None:
            (strings / "serialnumber").write_text(serial)
        config = self.path / "configs/c.1"
        config.mkdir()
        # The program behind a FunctionFS knows one interface, that of a security key.
        self.mounted = MOUNTS / self.path.name if interfaces == [FIDO] and not Gadget._hid_functions_left else None
        self.functions = []
        for number, interface in enumerate(interfaces):
            function = self._mount() if self.mounted else self._hid_function(number, interface)
            (config / function.name).symlink_to(function)
            self.functions.append(function)

    def _hid_function(self, number, interface):
        Gadget._hid_functions_left -= 1
        function = self.path / f"functions/hid.{self.home.controller}{number}"
        function.mkdir()
        (function / "report_length").write_text(str(interface.report_bytes))
        (function / "report_desc").write_bytes(interface.descriptor)
        return function

    def _mount(self):
        function = self.path / f"functions/ffs.{self.path.name}"
        function.mkdir()
        self.mounted.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "functionfs", self.path.name, self.mounted], check=True)
        return function

    def _write(self, attribute, text):
        (self.path / attribute).write_text(text)

    def plug(self, power_up=lambda: None, port=None):
        """Returns once the host side has every interface as a hidraw node that udev has finished with.

        `power_up` runs as soon as the device side has its nodes, or where it makes them. Without a port: its own.
        """
        self.port = port or self.home
        if self.mounted:
            power_up()
            wait_for("the function to be described", (self.mounted / "ep2").exists)
        self._write("UDC", f"dummy_udc.{self.port.controller}")
        if not self.mounted:
            power_up()
        wait_for(f"{self.path.name} to be enumerated", lambda: len(self.hidraw_nodes()) == len(self.functions))
        subprocess.run(["udevadm", "settle"], check=True)

    def unplug(self):
        """Returns once the host side has let go of every node."""
        self._write("UDC", "\n")
        wait_for(f"{self.path.name} to vanish", lambda: not self.hidraw_nodes())

    def is_plugged(self):
        return bool((self.path / "UDC").read_text().strip())

    def device_nodes(self):
        """The device side while plugged in: one /dev/hidgN an interface, to be served by a program."""
        nodes = []
        for function in self.functions:
            major, minor = (function / "dev").read_text().strip().split(":")
            nodes.append(wait_for(f"/dev/hidg{minor}", lambda: _existing(f"/dev/hidg{minor}")))
        return nodes

    def hidraw_nodes(self):
        """The host side: /dev/hidrawN in the order of the interfaces; those that have come up."""
        bus = f"/sys/devices/platform/dummy_hcd.{self.port.controller}"
        found = [pathlib.Path(node) for node in glob.glob(f"{bus}/usb*/*/*:1.*/*/hidraw/hidraw*")]
        found.sort(key=lambda node: node.parts[-4])
        return [f"/dev/{node.name}" for node in found if os.path.exists(f"/dev/{node.name}")]

    def place(self):
        """Of the port in which it is, or was last."""
        return self.port.place

    def destroy(self):
        if self.is_plugged():
            self.unplug()
        for function in self.functions:
            (self.path / "configs/c.1" / function.name).unlink()
            if self.mounted:
                subprocess.run(["umount", self.mounted], check=True)
            else:
                Gadget._hid_functions_left += 1
            function.rmdir()
        (self.path / "configs/c.1").rmdir()
        (self.path / "strings/0x409").rmdir()
        self.path.rmdir()
        self.home.destroy()


def _existing(path):
    return path if os.path.exists(path) else None


def udev_properties(node):
    """What udev knows of a device node."""
    text = subprocess.run(
        ["udevadm", "info", "--query=property", node], check=True, capture_output=True, text=True
    ).stdout
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
