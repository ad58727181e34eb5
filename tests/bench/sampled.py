"""Where a service spends its processor time: `uvicorn tests.bench.sampled:create --factory` instead of its own.

ASCOLTO_SAMPLED names the service's module (services.ingest.app), ASCOLTO_SAMPLES the file that is written at its end:
for each function the share of samples in which it ran (`self`) and in which it was on the stack (`whole`). A sample is
taken every 2 ms of processor time, by the standard library alone, so the service runs as fast as without.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections import Counter
from pathlib import Path
from types import FrameType

from starlette.types import ASGIApp, Receive, Scope, Send

_EVERY_S = 0.002
_SHOWN = 70


class Samples:
    """Counts what is on the stack."""

    def __init__(self) -> None:
        self._own: Counter[str] = Counter()
        self._whole: Counter[str] = Counter()

    def begin(self) -> None:
        """Take samples from now on."""
        signal.signal(signal.SIGPROF, self._take)
        signal.siginterrupt(signal.SIGPROF, False)
        signal.setitimer(signal.ITIMER_PROF, _EVERY_S, _EVERY_S)

    def write(self, file: Path) -> None:
        """Write the functions, the dearest first."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        total = sum(self._own.values()) or 1
        lines = [f"{total} samples of {_EVERY_S * 1000:g} ms", "", "  self  whole"]
        names = {name for name, _ in self._own.most_common(_SHOWN)} | {n for n, _ in self._whole.most_common(_SHOWN)}
        for name in sorted(names, key=lambda name: -self._whole[name]):
            lines.append(f"{self._own[name] / total:6.1%} {self._whole[name] / total:6.1%}  {name}")
        file.write_text("\n".join(lines) + "\n")

    def _take(self, _: int, frame: FrameType | None) -> None:
        seen = set()
        own = True
        while frame is not None:
            name = _name(frame)
            if own:
                self._own[name] += 1
                own = False
            if name not in seen:
                seen.add(name)
                self._whole[name] += 1
            frame = frame.f_back


def _name(frame: FrameType) -> str:
    file = frame.f_code.co_filename.rpartition("site-packages/")[2]
    return f"{'/'.join(file.split('/')[-3:])} {frame.f_code.co_qualname}"


def create() -> ASGIApp:
    """Return the service's application, watched until its end."""
    samples, file = Samples(), Path(os.environ["ASCOLTO_SAMPLES"])
    application: ASGIApp = importlib.import_module(os.environ["ASCOLTO_SAMPLED"]).create()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await application(scope, receive, send)
        finally:
            if scope["type"] == "lifespan":
                samples.write(file)

    samples.begin()
    return watched
