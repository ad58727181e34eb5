"""How long and how often `make chaos` breaks things: each size is an environment variable, its default stands here."""

from __future__ import annotations

import os


def size(name: str, *, default: int) -> int:
    """Return a whole number from the environment, else the default."""
    return int(os.environ.get(name) or default)


ROUNDS = size("ASCOLTO_CHAOS_ROUNDS", default=20)
"""How often each process is killed at each point."""

SHORT_ROUNDS = size("ASCOLTO_CHAOS_ROUNDS", default=1)
"""The same in the short form, which `make test` runs."""

BROKER_GONE_S = size("ASCOLTO_CHAOS_BROKER_GONE_S", default=60)
STORM_S = size("ASCOLTO_CHAOS_STORM_S", default=60)
DISK_MB = size("ASCOLTO_CHAOS_DISK_MB", default=320)
"""How large the disk is that a database is made to fill."""

EXAMPLES = size("ASCOLTO_CHAOS_EXAMPLES", default=200)
"""How many calls with valid and as many with invalid input each documented operation gets."""

SOAK_MINUTES = size("ASCOLTO_SOAK_MINUTES", default=30)
SOAK_RATE = size("ASCOLTO_SOAK_RATE", default=12)
"""Complaints a second."""

SEED = size("ASCOLTO_CHAOS_SEED", default=20261122)
"""What decides who is killed when."""
