"""The virtual machine: what it boots with, what it says, how it ends.

Hides QEMU. Software emulation, so that it runs anywhere; no network; a root disk whose changes are forgotten. The guest reads
one folder of the host and writes another. Its scenarios speak on a serial line of their own, apart from the kernel's console.
"""

import json
import pathlib
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
WORK = HERE / "work"
SHARE, LOGS = WORK / "share", WORK / "logs"


def build_image():
    subprocess.run([HERE / "image"], check=True, stdin=subprocess.DEVNULL)


def lay_out(programs):
    """Fills the folder that the guest reads, and empties the one that it writes. `programs`: name and file."""
    for folder in (SHARE, LOGS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    shutil.copytree(HERE / "guest", SHARE / "guest", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "udev", SHARE / "udev")
    (SHARE / "bin").mkdir()
    for name, program in programs.items():
        shutil.copy(program, SHARE / "bin" / name)
        subprocess.run(["strip", "--strip-debug", SHARE / "bin" / name], stderr=subprocess.DEVNULL)
        (SHARE / "bin" / name).chmod(0o755)


class Machine:
    """A guest from power-on to power-off. `plan`: what it is to do; `disk`: the NBD socket of a second disk."""

    def __init__(self, plan, name, disk=None):
        (SHARE / "plan.json").write_text(json.dumps(plan))
        self.console = LOGS / f"{name}.console.log"
        self._started_s = time.monotonic()
        self._control = WORK / "control"
        self._control.unlink(missing_ok=True)
        serial = ["-serial", f"file:{self.console}", "-serial", "stdio", "-monitor", "none", "-qmp", f"unix:{self._control},server=on,wait=off"]
        with open(LOGS / f"{name}.qemu.log", "wb") as errors:
            self._process = subprocess.Popen(
                _command("", serial, disk), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def lines(self):
        """What the guest says, line by line, until it is off; also shown."""
        for line in self._process.stdout:
            line = line.rstrip()
            print(f"{time.monotonic() - self._started_s:6.1f}  {line}", flush=True)
            yield line
        self._process.wait()

    def picture(self, file):
        """What the machine's own screen shows now, as a picture file in PPM."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self._control))
            replies = control.makefile()
            replies.readline()
            for command in ({"execute": "qmp_capabilities"}, {"execute": "screendump", "arguments": {"filename": str(file)}}):
                control.sendall(json.dumps(command).encode() + b"\n")
                while "return" not in (reply := json.loads(replies.readline())):
                    if "error" in reply:
                        raise RuntimeError(f"no picture: {reply['error']}")

    def cut(self):
        """No shutdown: it is gone at once."""
        self._process.kill()


def shell():
    """A prompt inside, on this terminal; QEMU's exit status."""
    (SHARE / "plan.json").write_text("{}")
    return subprocess.run(_command("lab.shell", ["-serial", "mon:stdio"], None)).returncode


def _command(kernel_words, serial, disk):
    image = WORK / "image"
    second = ["-drive", f"file=nbd+unix:///?socket={disk},if=virtio,format=raw,cache=writeback"] if disk else []
    return [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1536", "-display", "none",
        "-no-reboot", "-nic", "none", "-kernel", image / "vmlinuz", "-initrd", image / "initrd",
        "-append", f"console=ttyS0 panic=-1 quiet no_timer_check {kernel_words}",
        "-drive", f"file={image / 'root.img'},if=virtio,format=raw,snapshot=on", *second,
        "-virtfs", f"local,path={SHARE},mount_tag=lab,security_model=none,readonly=on",
        "-virtfs", f"local,path={LOGS},mount_tag=logs,security_model=none",
        *serial,
    ]  # fmt: skip
