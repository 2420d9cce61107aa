"""Power cuts: a desk enrols on a disk that forgets what was not flushed, the lights go out, and the next life must know it all.

The moments are random; the seed is printed and replays them.
"""

import random
import shutil
import subprocess
import threading

from disk import Disk
from machine import LOGS, WORK, Machine

LIFE_LIMIT_S = 120
# After the first acknowledgement of a life; an enrolment takes a few seconds under emulation.
CUT_AFTER_S = (0.0, 8.0)


def cuts(count, seed):
    """None, or why a life did not hold what an earlier one was told."""
    print(f"# power cuts, seed {seed}", flush=True)
    chance = random.Random(seed)
    disk = _fresh_disk(chance)
    acknowledged, attempted, lost = [], 0, 0
    for number in range(count + 1):
        life = {"number": number, "acknowledged": acknowledged, "attempted": attempted, "last": number == count}
        held = False
        guest = Machine({"life": life}, f"life{number}", WORK / "disk.socket")
        lights_out = threading.Timer(LIFE_LIMIT_S, guest.cut)
        lights_out.start()
        for line in guest.lines():
            word, *rest = line.split()
            if word == "ok":
                held = True
            elif word == "attempts":
                attempted = int(rest[0])
            elif word == "acknowledged":
                acknowledged.append(int(rest[0]))
                if held and lights_out.interval == LIFE_LIMIT_S:
                    lights_out.cancel()
                    lights_out = threading.Timer(chance.uniform(*CUT_AFTER_S), guest.cut)
                    lights_out.start()
        lights_out.cancel()
        if not held:
            return f"life {number} of seed {seed} did not come to hold everything"
        lost += disk.cut()
    if lost == 0:
        return "no cut lost a single sector: this disk proves nothing"
    print(f"# {count} cuts lost {lost} sectors and none of {len(acknowledged)} enrolments", flush=True)
    return None


def _fresh_disk(chance):
    image, socket = WORK / "disk.img", WORK / "disk.socket"
    for file in (image, socket):
        file.unlink(missing_ok=True)
    with open(image, "wb") as file:
        file.truncate(256 << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", image], check=True)
    shutil.rmtree(LOGS / "flash", ignore_errors=True)
    return Disk(image, socket, chance)
