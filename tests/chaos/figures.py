"""What a fault test measured, told at the end of the run beside passed and failed."""

from __future__ import annotations

_LINES: list[str] = []


def tell(what: str, **figures: object) -> None:
    """Keep a line for the end of the run."""
    _LINES.append(f"{what}: " + ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items()))


def told() -> list[str]:
    """Return every line kept so far."""
    return list(_LINES)
