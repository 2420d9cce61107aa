"""Brings every case, and every tampered variant of it, before every judge; fails unless all decide as they must."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

from tamper import variants

ACCEPTED, REJECTED = 0, 10


def main():
    home, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).resolve().parent
    judges = {
        "PyPI webauthn": [home / "venv/bin/python", "-B", here / "judge_webauthn.py"],
        "PyPI fido2": [home / "venv/bin/python", "-B", here / "judge_fido2.py"],
        "npm @simplewebauthn/server": ["node", home / "judge_simplewebauthn.mjs"],
    }
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        hearings = list(docket(sys.argv[2:], pathlib.Path(folder)))
        verdicts = [
            (name, title, pool.submit(hear, command, file, expected))
            for title, file, expected in hearings
            for name, command in judges.items()
        ]
        wrong = [f"{title}\n    {name}: {v.result()}" for name, title, v in verdicts if v.result() is not None]
    for complaint in wrong:
        print(complaint)
    print(f"judges: {len(verdicts) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


def docket(cases, folder):
    """(title, file, the verdict that is due) of every hearing."""
    for path in cases:
        case = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        yield f"{path}: as it is", pathlib.Path(path), ACCEPTED
        for number, (what, wrong) in enumerate(variants(case)):
            file = folder / f"{pathlib.Path(path).stem}-{number}.json"
            file.write_text(json.dumps(wrong), encoding="utf-8")
            yield f"{path}: {what}", file, REJECTED


def hear(command, file, expected):
    """None when the judge decided as it must, else what it did."""
    done = subprocess.run([*command, file], capture_output=True, text=True, timeout=60)
    said = done.stderr.strip().splitlines()[-1:] or ["nothing"]
    if done.returncode not in (ACCEPTED, REJECTED):
        return f"gave no verdict (exit {done.returncode}): {done.stderr.strip()}"
    if done.returncode != expected:
        return "accepted it" if done.returncode == ACCEPTED else f"rejected it: {said[0]}"
    return None


if __name__ == "__main__":
    sys.exit(main())
