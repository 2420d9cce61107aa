"""A phone that nobody here wrote: zxing reads the QR code in a picture, pyotp parses it and makes codes.

    phone.py PICTURE [SECONDS]

Prints {"uri", "secret", "issuer", "account", "codes"}: the codes of the step that holds that second (now, if none is given) and of
the two around it. Exits 1 with the reason when the picture holds no such code. Run it with the interpreter of `interpreter()`.
"""

import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent


def interpreter():
    """A Python that has what the phone needs, at pinned versions; made on first use."""
    venv, wanted = HERE / "work" / "phone", HERE / "requirements.txt"
    python, kept = venv / "bin" / "python", venv / "requirements.txt"
    if not python.exists() or not kept.exists() or kept.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", wanted], check=True)
        kept.write_text(wanted.read_text())
    return python


def scan(picture):
    """What the phone makes of a picture, by a process of its own; the reason in words where it makes nothing of it."""
    done = subprocess.run([interpreter(), "-B", HERE / "phone.py", picture], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else json.dumps({"error": done.stderr.strip().splitlines()[-1:]})


def read(picture, at_s):
    import PIL.Image
    import pyotp
    import zxingcpp

    found = zxingcpp.read_barcodes(PIL.Image.open(picture))
    if len(found) != 1:
        sys.exit(f"{len(found)} codes in {picture}")
    uri = found[0].text
    totp = pyotp.parse_uri(uri)
    if not isinstance(totp, pyotp.TOTP) or (totp.digits, totp.interval, totp.digest().name) != (6, 30, "sha1"):
        sys.exit(f"not what apps take: {totp.digits} digits every {totp.interval} s with {totp.digest().name}")
    return {
        "uri": uri,
        "secret": totp.secret,
        "issuer": totp.issuer,
        "account": totp.name,
        "codes": [totp.at(at_s + offset_s) for offset_s in (-30, 0, 30)],
    }


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time()))))
