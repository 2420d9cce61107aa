"""What Linux itself makes of the keys, before the product has a say, and whom the product's udev rule lets in."""

import os
import stat
import subprocess

import witness
from scenario import expect, scenario
from usb import KEYBOARD, udev_properties, wait_for


def libfido2_nodes():
    """The nodes that fido2-token lists."""
    listing = subprocess.run(["fido2-token", "-L"], check=True, capture_output=True, text=True).stdout
    return sorted(line.split(":", 1)[0] for line in listing.splitlines())


def opens(user, node):
    """Whether the user may open the node for reading and writing."""
    return subprocess.run(["runuser", "-u", user, "--", "bash", "-c", f"exec 3<>{node}"], capture_output=True).returncode == 0


@scenario()
def three_keys_are_seen_by_the_kernel_udev_and_libfido2(bench):
    keys = [bench.key(model=f"Lab Key {serial}", serial=serial) for serial in ("A1", "B2", "C3")]
    for key in keys:
        properties = udev_properties(key.hidraw)
        expect(properties.get("ID_FIDO_TOKEN") == "1", f"udev does not take {key.hidraw} for a key: {properties}")
    expect(libfido2_nodes() == sorted(key.hidraw for key in keys), f"fido2-token lists {libfido2_nodes()}")
    for key in keys:
        info = witness.token_info(key.hidraw)
        expect("FIDO_2_0" in info, f"{key.hidraw} does not answer as a FIDO2 key: {info}")


@scenario()
def a_key_pulled_and_put_back_comes_back_at_the_same_place(bench):
    first, second = bench.key(serial="A1"), bench.key(serial="B2")
    place = first.place
    for _ in range(3):
        first.unplug()
        expect(libfido2_nodes() == [second.hidraw], f"after the pull fido2-token lists {libfido2_nodes()}")
        first.plug()
        expect(first.place == place, f"the key moved from {place} to {first.place}")
        wait_for("fido2-token to list both", lambda: libfido2_nodes() == sorted([first.hidraw, second.hidraw]))


@scenario()
def the_udev_rule_grants_the_group_keydesk_fido_nodes_and_no_others(bench):
    key = bench.key(serial="A1")
    composite = bench.key(serial="B2", composite=True)
    keyboard = bench.gadget("Lab Keyboard", 0x1209, 0x0001, 0x0100, "Keydesk Lab", None, [KEYBOARD])

    for node in (key.hidraw, composite.hidraw):
        owner = os.stat(node)
        mode = stat.S_IMODE(owner.st_mode)
        expect(mode == 0o660, f"{node} has mode {mode:o}, not 660")
        expect(opens("keydesk", node), f"user keydesk may not open {node}, a security key")
        expect(not opens("visitor", node), f"user visitor, outside the group, may open {node}")

    others = keyboard.hidraw_nodes() + [node for node in composite.gadget.hidraw_nodes() if node != composite.hidraw]
    expect(len(others) == 2, f"expected two HID nodes that are no keys, found {others}")
    raw = [udev_properties(f"/sys/bus/usb/devices/{key.place}")["DEVNAME"]]
    inputs = [f"/dev/input/{name}" for name in os.listdir("/dev/input") if name.startswith("event")]
    expect(inputs, "the keyboards brought no input devices to check")
    for node in others + raw + inputs:
        expect(not opens("keydesk", node), f"user keydesk may open {node}, which is no security key")


@scenario()
def the_witness_tells_a_credential_from_none_and_its_public_key_from_another(bench):
    key = bench.key(serial="A1")
    witness.set_pin(key.hidraw, "240857")
    expect(witness.discoverable_credentials(key.hidraw, "240857", "lab.example") == [], "a fresh key holds a credential")

    public_key = witness.make_credential(key.hidraw, "240857", "lab.example", b"handle")
    found = witness.discoverable_credentials(key.hidraw, "240857", "lab.example")
    expect([it.user_handle for it in found] == [b"handle"], f"the key holds {found}")
    key.unplug()
    key.plug()
    handle = witness.assert_signs_for(key.hidraw, "240857", "lab.example", public_key)
    expect(handle == b"handle", f"the key signed as {handle}")

    other = witness.make_credential(key.hidraw, "240857", "other.example", b"handle")
    try:
        witness.assert_signs_for(key.hidraw, "240857", "lab.example", other)
    except AssertionError:
        return
    raise AssertionError("an assertion verified against the public key of another credential")
