"""The kiosk in a terminal: tmux is the screen and the keyboard. Nothing is known of it but what a person sees."""

import os
import pathlib
import subprocess
import time

from scenario import expect
from station import LOGS, PROGRAM
from usb import wait_for

SOCKET = "/tmp/kiosk"
DRAWN = pathlib.Path("/tmp/kiosk.drawn")


class Kiosk:
    """`keydesk` as the kiosk user runs it, on a screen of its own."""

    def __init__(self, station, columns=80, rows=24):
        self._tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), f"{PROGRAM} --data {station.data}")

    def screen(self):
        """What a person sees."""
        return self._tmux("capture-pane", "-p").stdout

    def type(self, text):
        self._tmux("send-keys", "-l", text)

    def press(self, *keys):
        """Keys by tmux's names, such as Enter, F12, Escape."""
        self._tmux("send-keys", *keys)

    def wait_until_shown(self, *words, timeout_s=60):
        """Until one screen shows all the words; that screen."""
        try:
            return wait_for(f"the kiosk to show {words}", lambda: self._shows(words), timeout_s)
        except TimeoutError:
            with open(LOGS / "kiosk.log", "a") as log:
                log.write(f"waited for {words}; the screen was:\n{self.screen()}\n")
            raise

    def record(self):
        """From now on, what the kiosk draws is recorded for `drawn_at_s`; a look at the screen would take too long to time it."""
        DRAWN.unlink(missing_ok=True)
        self._tmux("pipe-pane", f"cat > {DRAWN}")
        wait_for("the recording to begin", DRAWN.exists)

    def drawn_at_s(self, word):
        """Waits until a word is drawn that was not on the screen before; when, in seconds of the monotonic clock."""
        wait_for(f"the kiosk to draw {word!r}", lambda: word.encode() in DRAWN.read_bytes(), timeout_s=60)
        return time.monotonic()

    def wait_until_gone(self, word, timeout_s=60):
        wait_for(f"the kiosk to stop showing {word!r}", lambda: word not in self.screen(), timeout_s)

    def expect_hidden(self, *words):
        screen = self.screen()
        for word in words:
            expect(word not in screen, f"{word!r} is still on the screen:\n{screen}")

    def destroy(self):
        self._tmux("kill-server", check=False)

    def _shows(self, words):
        screen = self.screen()
        return screen if all(word in screen for word in words) else None

    def _tmux(self, *arguments, check=True):
        return subprocess.run(
            ["tmux", "-S", SOCKET, *arguments], check=check, capture_output=True, text=True, cwd="/",
            user="keydesk", group="keydesk", extra_groups=["keydesk"],
            env=os.environ | {"TERM": "xterm-256color", "HOME": "/home/keydesk", "LANG": "C.UTF-8"},
        )  # fmt: skip
