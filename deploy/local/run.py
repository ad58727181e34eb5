"""`make run`: starts everything, sends the samples, stays up until Ctrl-C, and stops all of it in order."""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType

from deploy.local import follow, house, layout, parts, progress, table
from deploy.local.doors import Doors
from deploy.local.faults import CannotGoOn
from deploy.local.layout import Layout
from deploy.local.samples import SAMPLES


class ToldToStop(BaseException):
    """Ctrl-C, `make stop` or a closed terminal."""


def run(here: Layout) -> int:
    """Run the stack until told to stop; 0 when that went well."""
    with layout.only_one(here):
        _listen()
        code = 0
        try:
            _clear_leftovers(here)
            _run(here)
        except CannotGoOn as fault:
            print("\n" + "\n".join(fault.lines()), file=sys.stderr, flush=True)
            code = 1
        except ToldToStop:
            print("\nStopping ...", flush=True)
        finally:
            _ignore_signals()  # a second Ctrl-C would leave half of it running
            began = time.monotonic()
            stopped = parts.stop_all(here.run)
            print(f"Stopped {', '.join(stopped) or 'nothing'} in {time.monotonic() - began:.1f} s.", flush=True)
        return code


def _run(here: Layout) -> None:
    started, told = parts.Parts(run_folder=here.run), progress.Progress(stages=house.STAGES + 1)
    running = house.start(here, started, told)
    doors = doors_of(running)
    if os.environ.get("ASCOLTO_SAMPLES") != "no":
        print_samples(doors, told)
    print("\n" + table.addresses(doors, router_url=running.services.url("router"), sent_url=running.standins.url))
    print("\nPaste one of these:\n" + table.lines_to_paste(doors, environment_file=here.environment_file))
    print(f"\nUp after {told.elapsed_s:.1f} s. Logs are in {here.log}. Ctrl-C stops everything.", flush=True)
    _watch(started)


def doors_of(running: house.House) -> Doors:
    """Return the doors that the samples take."""
    return Doors(
        ingest_url=running.services.url("ingest"),
        responder_url=running.services.url("responder"),
        smtp=running.smtp,
        relay=running.standins.relay_url.removeprefix("smtp://"),
        api_key=running.api_key,
        accounts=running.accounts,
    )


def print_samples(doors: Doors, told: progress.Progress) -> None:
    """Send the samples and print what became of them."""
    with told.stage(f"{len(SAMPLES)} complaints through the doors, each to its acknowledgement") as stage:
        followed = follow.send_and_follow(SAMPLES, doors)
        stage.outcome = f"{sum(f.is_over for f in followed)} of {len(followed)}"
    print("\n" + table.samples(followed), flush=True)


def _watch(started: parts.Parts) -> None:
    """Start again what falls; a part that falls again and again is left, and said so."""
    while True:
        time.sleep(0.5)
        for name in started.fallen():
            log = started.started[name].log
            try:
                again = started.start_again(name)
            except CannotGoOn as fault:
                again = True
                print("\n".join(fault.lines()), flush=True)
            said = "started again" if again else "it falls too often and is left alone"
            print(f"{name} ended by itself; {said} (log: {log})", flush=True)


def _clear_leftovers(here: Layout) -> None:
    left = parts.stop_all(here.run)
    if left:
        print(f"An earlier run was cut off; stopped what it left: {', '.join(left)}", flush=True)


def _listen() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise ToldToStop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
