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

import power
import scenario_app
import scenario_batch
import scenario_beside
import scenario_care
import scenario_desks
import scenario_enrol
import scenario_hardware
import scenario_interop
import scenario_kills
import scenario_kiosk
import scenario_reset
from scenario import Bench, scenarios_of


def main():
    plan = json.loads(pathlib.Path("/lab/plan.json").read_text())
    if "life" in plan:
        power.live(plan["life"], say)
    else:
        run_all(plan["only"], plan["thorough"])


def run_all(wanted, thorough):
    known = scenarios_of(
        scenario_hardware, scenario_enrol, scenario_care, scenario_reset, scenario_kiosk, scenario_kills,
        scenario_batch, scenario_beside, scenario_app, scenario_interop, scenario_desks
    )
    chosen = [s for s in known if not wanted or any(word in s.name for word in wanted)]
    say(f"1..{len(chosen)}")
    for number, scenario in enumerate(chosen, 1):
        print(f"== {scenario.name}", file=sys.stderr, flush=True)
        started_s = time.monotonic()
        reason, figures = run(scenario, thorough)
        took_s = time.monotonic() - started_s
        if reason is None:
            say(f"ok {number} - {scenario.name} # {took_s:.1f} s")
            if figures is not None:
                say(f"# {figures}")
        else:
            say(f"not ok {number} - {scenario.name} # {took_s:.1f} s")
            for line in reason.splitlines():
                say(f"# {line}")
    say("# end")


def run(scenario, thorough):
    """None, or why the scenario failed; and what it measured, if it did."""
    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(scenario.limit_s)
    bench = Bench(thorough)
    try:
        return None, scenario.body(bench)
    except Exception as error:
        traceback.print_exc()
        return f"{type(error).__name__}: {error}", None
    finally:
        signal.alarm(0)
        bench.clear()


def too_long(_signal, _frame):
    raise TimeoutError("the scenario took longer than it may")


def say(line):
    print(line, flush=True)


main()
