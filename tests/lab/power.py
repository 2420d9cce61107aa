"""Power cuts: a desk enrols on a disk that forgets what was not flushed, the lights go out, and the next life must know it all.

The moments are random; the seed is printed. It replays the choices, not the guest's own timing.
"""

import random
import shutil
import subprocess
import threading

from disk import Disk
from machine import LOGS, WORK, Machine

LIFE_LIMIT_S = 300
# Counted from the first acknowledgement of a life; an enrolment makes some dozens.
CUT_AFTER_WRITES = (1, 100)


def cuts(count, seed):
    """None, or why a life did not hold what an earlier one was told."""
    print(f"# power cuts, seed {seed}", flush=True)
    chance = random.Random(seed)
    disk = _fresh_disk(chance)
    acknowledged, attempted = [], 0
    for number in range(count + 1):
        last = number == count
        life = {"number": number, "acknowledged": acknowledged, "attempted": attempted, "last": last}
        guest = Machine({"life": life}, f"life{number}", WORK / "disk.socket")
        too_long = threading.Timer(LIFE_LIMIT_S, guest.cut)
        too_long.start()
        words = [line.split() for line in _until_dark(guest, disk, chance)]
        too_long.cancel()
        if not any(word[0] == "ok" for word in words):
            return f"life {number} of seed {seed} did not come to hold everything"
        here = [int(word[1]) for word in words if word[0] == "acknowledged"]
        if not last and not here:
            return f"life {number} of seed {seed} enrolled nobody"
        acknowledged += here
        attempted = max([attempted, *(int(word[1]) for word in words if word[0] == "attempts")])
    if disk.lost_blocks == 0:
        return "no cut lost a single block: this disk proves nothing"
    print(f"# {count} cuts lost {disk.lost_blocks} blocks and none of {len(acknowledged)} enrolments", flush=True)
    return None


def _until_dark(guest, disk, chance):
    """What a life says; its end is set when it first acknowledges something."""
    armed = False
    for line in guest.lines():
        if line.startswith("acknowledged") and not armed:
            armed = True
            disk.cut_after(chance.randint(*CUT_AFTER_WRITES), guest.cut)
        yield line


def _fresh_disk(chance):
    image, socket = WORK / "disk.img", WORK / "disk.socket"
    for file in (image, socket):
        file.unlink(missing_ok=True)
    with open(image, "wb") as file:
        file.truncate(256 << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-b", "4096", image], check=True)
    shutil.rmtree(LOGS / "flash", ignore_errors=True)
    return Disk(image, socket, chance)
