"""An authenticator app on the machine's own console: the phone is somebody else's, and so is its clock."""

import time

import traces
from console import Console
from scenario import expect, scenario
from scenario_kiosk import sign_in
from station import HOME, LOGS, Desk

READ_S = 2


@scenario(limit_s=300)
def a_phone_reads_the_code_from_a_picture_of_the_console_and_no_trace_of_the_secret_is_left(bench):
    desk = Desk(bench)
    console = bench.keep(Console(desk.station))
    sign_in(console, desk.operator_key)
    console.type("person1@example.com")
    console.wait_until_shown("Person1 Example", "1 person")
    console.press("Enter")
    console.wait_until_shown("No authenticator app yet")
    console.type("a")
    console.wait_until_shown("Which document?")
    console.type("1")
    console.wait_until_shown("the last four characters")
    console.type("7K31")
    console.press("Enter")
    console.wait_until_shown("scan this code")

    phone = console.scanned()
    expect(phone["uri"].startswith("otpauth://totp/IAMconnected?"), f"another label: {phone['uri'].split('secret=')[0]}")
    expect((phone["issuer"], phone["account"]) == ("IAMconnected", "IAMconnected"), f"{phone['issuer']}, {phone['account']}")
    console.type("c")
    groups = [phone["secret"][at : at + 4] for at in range(0, len(phone["secret"]), 4)]
    console.wait_until_shown(*groups)
    wanted = traces.forms(phone["secret"])
    there, searched = traces.in_memory(console.pid(), wanted)
    # Else a search that can find nothing would find nothing afterwards, too.
    expect("raw" in there, f"the search does not see a secret that is there: {there} in {searched} bytes")
    console.type("c")
    console.wait_until_shown("scan this code")

    console.type(phone["codes"][1])
    console.wait_until_shown("The registry has verified it and holds it")
    expect("0 codes" in console.refused(), "the code is still on the screen")
    # An Enter so soon after a code counts as the code's own: a person reads first.
    time.sleep(READ_S)
    console.press("Enter")
    # Back to the person, who may want more; and from there to the next one.
    console.wait_until_shown("Person1 Example", "SECURITY KEYS")
    console.press("Escape")
    console.wait_until_shown("Find", "BAY")

    left, searched = traces.in_memory(console.pid(), wanted)
    expect(not left, f"the kiosk's memory still holds {left}; while it was shown it held {there}")
    lying = traces.in_files([HOME, LOGS, "/tmp", "/run", "/dev/shm", "/var/log"], wanted)
    expect(not lying, f"found in {lying}")
    console.expect_hidden(*groups)
    return f"no form of the secret in {searched / 1e6:.0f} MB of the kiosk's memory, nor in a file"
