"""What may go wrong with work in another process."""

from __future__ import annotations

from shared.faults import TryLater


class WorkTimedOut(Exception):
    """The work took longer than it may; its process was killed."""


class WorkCrashed(Exception):
    """The process ended during the work (out of memory, a fault in native code), or its answer could not be carried."""


class WorkersBusy(TryLater):
    """More work waits already than may wait."""
