"""When the kernel announces devices, by its own clock."""

import pathlib
import re
import subprocess

TRACING = pathlib.Path("/sys/kernel/tracing")
# What sends a uevent may not be probed, but what it sends it with may. In a probe's name: where it stands.
PROBES = ("p:lab/began hidraw_connect", "p:lab/sent netlink_broadcast", "r:lab/ended hidraw_connect")


class Announcements:
    """Hears every hidraw node that comes, from construction on, by probes in the kernel.

    A listener on the uevent socket would have to be scheduled before it could look at the clock, as the station has to be.
    """

    def __init__(self):
        if not (TRACING / "trace").exists():
            subprocess.run(["mount", "-t", "tracefs", "tracefs", TRACING], check=True)
        self._write("trace_clock", "mono")
        self._write("kprobe_events", "\n".join(PROBES))
        self._write("events/lab/enable", "1")

    def at_s(self):
        """When each was announced, in seconds of the monotonic clock: the message that its thread sent on its way."""
        announced, under_way = [], {}
        for line in (TRACING / "trace").read_text().splitlines():
            match = re.search(r"-(\d+) +\[\d+\].* (\d+\.\d+): (began|sent|ended): ", line)
            if match is None:
                continue
            thread, at_s, what = match[1], float(match[2]), match[3]
            if what == "began":
                under_way[thread] = None
            elif what == "sent" and thread in under_way:
                under_way[thread] = at_s
            elif what == "ended":
                announced.append(under_way.pop(thread, None))
        return [at_s for at_s in announced if at_s is not None]

    def destroy(self):
        self._write("events/lab/enable", "0")
        self._write("kprobe_events", "")
        self._write("trace", "")

    @staticmethod
    def _write(file, text):
        (TRACING / file).write_text(text + "\n")
