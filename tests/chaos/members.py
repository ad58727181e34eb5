"""Further processes of a house's services, as a second machine runs them: they join the same groups and leave them."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field, replace
from types import TracebackType

from deploy.local import ports, processes, services
from tests.support.house import House


@dataclass(slots=True, kw_only=True)
class Members:
    """Joins and leaves; whoever is left at the end of the block is ended with it."""

    house: House
    joined: int = 0
    served: int = 0
    """How many were ready, and so had their share of the topics, when they left."""

    here: dict[str, list[tuple[services.Services, processes.Running]]] = field(default_factory=dict)

    def __enter__(self) -> Members:
        """Begin with none."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End them all."""
        for name in self.here:
            while self.here[name]:
                self.leave(name, by=signal.SIGTERM)

    def join(self, name: str) -> None:
        """Start one more process of a service; it is not ready yet when this returns."""
        self.joined += 1
        place = self.house.folder / f"member-{self.joined}"
        taken = {**self.house.services.ports, name: ports.any_free(besides=self.house.services.ports.values())}
        further = replace(self.house.services, ports=taken, run_folder=place / "run", log_folder=place / "log")
        self.here.setdefault(name, []).append((further, services.start(further, name)))

    def leave(self, name: str, *, by: signal.Signals) -> bool:
        """End the oldest further process of a service; False when it did not end by that signal within 10 s."""
        place, running = self.here[name].pop(0)
        self.served += services.not_ready(place.url(name)) is None
        return processes.stop(running, run_folder=place.run_folder, within_s=10, by=by)

    def count(self, name: str) -> int:
        """Tell how many further processes of a service there are."""
        return len(self.here.get(name, ()))
