"""pyotp as a peer: a day's codes, and how many codes it checks a second."""

import base64
import sys
import time

import pyotp


def codes(secret_hex, start):
    totp = pyotp.TOTP(base64.b32encode(bytes.fromhex(secret_hex)).decode())
    for step in range(2880):
        print(totp.at(start + 30 * step))


def speed(path, seconds):
    with open(path, encoding="ascii") as lines:
        secret = next(lines).strip()
        checks = [(int(at), code) for at, code in map(str.split, lines)]
    totp = pyotp.TOTP(secret)
    began = time.perf_counter()
    done = right = 0
    while (taken := time.perf_counter() - began) < seconds:
        for at, code in checks:
            right += totp.verify(code, for_time=at, valid_window=1)
        done += len(checks)
    print(done / taken, right / done)


if sys.argv[1] == "codes":
    codes(sys.argv[2], int(sys.argv[3]))
else:
    speed(sys.argv[2], float(sys.argv[3]))
