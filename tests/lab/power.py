"""Power cuts: a desk enrols on a disk that forgets what was not flushed, the lights go out, and the next life must know it all.

The moments are random; the seed is printed. It replays the choices, not the guest's own timing. At the end the same is done with
syncing taken away, and must lose something: a rig that finds nothing may be one that cannot.
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
    """None, or why a life did not hold what an earlier one was told, or why that means nothing."""
    print(f"# power cuts, seed {seed}", flush=True)
    chance = random.Random(seed)
    disk = _fresh_disk(chance)
    told = _Told("life")
    for number in range(count + 1):
        wrong = _live(told, number, disk, chance, last=number == count)
        if wrong is not None:
            return f"life {number} of seed {seed} {wrong}"
    if disk.lost_blocks == 0:
        return "no cut lost a single block: this disk proves nothing"
    print(f"# {count} cuts lost {disk.lost_blocks} blocks and none of {len(told.acknowledged)} enrolments", flush=True)
    return _control(chance)


class _Told:
    """What the lives of that name said, as far as the next one must know it."""

    def __init__(self, name):
        self.name = name
        self.acknowledged, self.attempted = [], 0


def _control(chance):
    """None when the loss is found that a desk must suffer that syncs nothing."""
    print("# control: the same without syncing, which must lose what was acknowledged", flush=True)
    disk, told = _fresh_disk(chance), _Told("control")
    wrong = _live(told, 0, disk, chance, unsynced=True)
    if wrong is not None:
        return f"the control's first life {wrong}"
    wrong = _live(told, 1, disk, chance, last=True)
    if wrong is None:
        return f"without syncing {disk.lost_blocks} blocks were lost, and the next life missed nothing: this finds no losses"
    if "not ok" not in wrong:
        return f"the control's second life {wrong}"
    print(f"# control: {len(told.acknowledged)} enrolments were not synced, and the next life {wrong}", flush=True)
    return None


def _live(told, number, disk, chance, last=False, unsynced=False):
    """One life, until its power is cut; None, or what was wrong with it, as it follows after "life … "."""
    life = vars(told) | {"number": number, "last": last, "unsynced": unsynced}
    guest = Machine({"life": life}, f"{told.name}{number}", disk.socket_path)
    too_long = threading.Timer(LIFE_LIMIT_S, guest.cut)
    too_long.start()
    cut_after = (1, 1) if unsynced else CUT_AFTER_WRITES
    lines = list(_until_dark(guest, disk, chance.randint(*cut_after)))
    too_long.cancel()
    disk.spare()
    words = [line.split() for line in lines if line]
    if not any(word[0] == "ok" for word in words):
        judged = [line for line in lines if line.startswith("not ok")]
        return f"did not come to hold everything: {judged[-1] if judged else 'it never got so far'}"
    # No cut came: what ended it is not what is looked for, and the next life would find nothing lost.
    ended = [line for line in lines if line.startswith("ended")]
    if ended:
        return f"was not cut, but {ended[-1]}"
    slow = sum(word[0] == "slow" for word in words)
    if slow:
        print(f"# life {number}: {slow} emulated keys took too long, and the desk said so", flush=True)
    here = [int(word[1]) for word in words if word[0] == "acknowledged"]
    if not last and not here:
        return "enrolled nobody"
    told.acknowledged += here
    told.attempted = max([told.attempted, *(int(word[1]) for word in words if word[0] == "attempts")])
    return None


def _until_dark(guest, disk, writes):
    """What a life says; its end is set when it first acknowledges something."""
    armed = False
    for line in guest.lines():
        if line.startswith("acknowledged") and not armed:
            armed = True
            disk.cut_after(writes, guest.cut)
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
