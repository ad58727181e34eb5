"""`python -m deploy.local WHAT`: what stands behind `make run`, `demo`, `stop`, `status`, `reset`, `setup`, `lock`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from deploy.local import ending, environment, jars, layout, progress, status
from deploy.local.faults import CannotGoOn
from deploy.local.layout import Layout

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"


def main(arguments: list[str]) -> int:
    """Do what is asked for; 0 when it went well, 1 with a reason when not."""
    if len(arguments) != 1 or arguments[0] not in _COMMANDS:
        print(f"usage: python -m deploy.local {'|'.join(_COMMANDS)}", file=sys.stderr)
        return 2
    try:
        return _COMMANDS[arguments[0]](layout.here())
    except CannotGoOn as fault:
        print("\n".join(fault.lines()), file=sys.stderr)
        return 1


def _run(here: Layout) -> int:
    from deploy.local import run  # noqa: PLC0415  `make stop` need not load what only starting needs

    return run.run(here)


def _demo(here: Layout) -> int:
    from deploy.local import channels, run  # noqa: PLC0415
    from deploy.local.doors import Doors  # noqa: PLC0415

    left = environment.read(here)
    if layout.holder(here) is None or not left:
        raise CannotGoOn("There is no house to send complaints to", why="nothing runs", mend="make run")
    doors = Doors(
        ingest_url=left["ASCOLTO_INGEST_URL"],
        responder_url=left["ASCOLTO_RESPONDER_URL"],
        smtp=left["ASCOLTO_SMTP"],
        relay=left["ASCOLTO_RELAY"],
        api_key=left["ASCOLTO_API_KEY"],
        accounts=channels.connected(here),
    )
    run.print_samples(doors, progress.Progress(stages=1))
    return 0


def _fetch(_here: Layout) -> int:
    jars.fetch(jars.locked(), folder=jars.cache_folder(), progress=progress.count)
    return 0


def _lock(_here: Layout) -> int:
    jars.write_lock(KAFKA)
    return 0


def _status(here: Layout) -> int:
    print("\n".join(status.lines(here)))
    return 0


_COMMANDS: Mapping[str, Callable[[Layout], int]] = {
    "run": _run,
    "demo": _demo,
    "stop": ending.stop,
    "status": _status,
    "reset": ending.reset,
    "fetch": _fetch,
    "lock": _lock,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
