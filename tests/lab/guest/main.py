"""Runs the scenarios one after another and reports each as a TAP line on standard output.

Each scenario starts with nothing plugged in and a fresh station; whatever it leaves behind is put away before the next.
Its notes go to standard error, which the host keeps.
"""

import json
import pathlib
import signal
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, "/lab/python")

import scenario_hardware  # noqa: E402
from scenario import SCENARIOS, Bench  # noqa: E402


def main():
    wanted = json.loads(pathlib.Path("/lab/plan.json").read_text())["only"]
    chosen = [s for s in SCENARIOS if not wanted or any(word in s.name for word in wanted)]
    say(f"1..{len(chosen)}")
    for number, scenario in enumerate(chosen, 1):
        print(f"== {scenario.name}", file=sys.stderr, flush=True)
        started_s = time.monotonic()
        reason = run(scenario)
        took_s = time.monotonic() - started_s
        if reason is None:
            say(f"ok {number} - {scenario.name} # {took_s:.1f} s")
        else:
            say(f"not ok {number} - {scenario.name} # {took_s:.1f} s")
            for line in reason.splitlines():
                say(f"# {line}")
    say("# end")


def run(scenario):
    """None, or why the scenario failed."""
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(scenario.limit_s)
    bench = Bench()
    try:
        scenario.body(bench)
        return None
    except Exception as error:
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
        bench.clear()


def too_long(_signal, _frame):
    raise TimeoutError("the scenario took longer than it may")


def say(line):
    print(line, flush=True)


main()
