"""The kiosk on the machine's own console, Linux' first virtual terminal: what a station without a graphical session shows.

Keys are typed as the terminal's own input; the screen is read from the kernel's memory of it. A picture of it is taken by the host, as a
phone would, and read there by somebody else's reader.
"""

import fcntl
import json
import os
import pathlib
import shutil
import struct
import subprocess
import termios

from scenario import expect
from station import LOGS, PROGRAM
from usb import wait_for

TTY, CELLS, ATTRIBUTES = "/dev/tty1", pathlib.Path("/dev/vcsu1"), pathlib.Path("/dev/vcsa1")
# Input comes byte by byte here, so that keys which send several at once can't be pressed.
KEYS = {"Enter": "\r", "Escape": "\x1b"}


class Console:
    """`keydesk` on tty1, run by the kiosk user."""

    def __init__(self, station):
        shutil.chown(TTY, "keydesk", "keydesk")
        self._tty = os.open(TTY, os.O_RDWR | os.O_NOCTTY)
        self._pictures = 0
        command = ["setpriv", "--reuid=keydesk", "--regid=keydesk", "--init-groups", "--", "setsid", "--ctty", "--wait", PROGRAM]
        self.process = subprocess.Popen(
            [*command, "--data", station.data], stdin=self._tty, stdout=self._tty, stderr=self._tty, cwd="/",
            env=os.environ | {"TERM": "linux", "HOME": "/home/keydesk", "LANG": "C.UTF-8"},
        )  # fmt: skip

    def pid(self):
        """The kiosk's own process."""
        found = subprocess.run(["pgrep", "-u", "keydesk", "-x", "keydesk"], capture_output=True, text=True).stdout.split()
        expect(len(found) == 1, f"{len(found)} kiosks run")
        return int(found[0])

    def screen(self):
        """What a person sees."""
        rows, columns = struct.unpack("BB", ATTRIBUTES.read_bytes()[:2])
        text = CELLS.read_bytes().decode("utf-32-le", errors="replace")
        return "\n".join(text[row * columns : (row + 1) * columns].rstrip() for row in range(rows))

    def type(self, text):
        for byte in text.encode():
            fcntl.ioctl(self._tty, termios.TIOCSTI, bytes([byte]))

    def press(self, *keys):
        for key in keys:
            self.type(KEYS[key])

    def wait_until_shown(self, *words, timeout_s=60):
        """Until one screen shows all the words; that screen."""
        try:
            return wait_for(f"the console to show {words}", lambda: self._shows(words), timeout_s)
        except TimeoutError:
            with open(LOGS / "kiosk.log", "a") as log:
                log.write(f"waited for {words}; the console was:\n{self.screen()}\n")
            raise

    def expect_hidden(self, *words):
        screen = self.screen()
        for word in words:
            expect(word not in screen, f"{word!r} is still on the screen:\n{screen}")

    def scanned(self):
        """What a phone reads from the screen; see phone.py."""
        read = self._photographed()
        expect("error" not in read, f"the phone read nothing: {read.get('error')}; the screen was:\n{self.screen()}")
        return read

    def refused(self):
        """Why a phone reads nothing from the screen."""
        read = self._photographed()
        expect("error" in read, "the phone read a code")
        return " ".join(read["error"])

    def _photographed(self):
        self._pictures += 1
        name = f"console-{self._pictures}"
        print(f"# picture {name}", flush=True)
        said = LOGS / f"{name}.json"
        wait_for("the phone's word", said.exists, timeout_s=60)
        read = json.loads(said.read_text())
        said.unlink()
        return read

    def destroy(self):
        subprocess.run(["pkill", "-u", "keydesk", "-x", "keydesk"])
        self.process.wait(10)
        os.close(self._tty)

    def _shows(self, words):
        screen = self.screen()
        return screen if all(word in screen for word in words) else None
