"""Refusals: what a command says when the complaint's state or the input does not allow it."""

from __future__ import annotations


class Refused(Exception):
    """The command left no entry: `status` is 409 (the state does not allow it) or 422 (a field is at fault)."""

    def __init__(self, detail: str, *, status: int, errors: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.errors = errors

    @property
    def title(self) -> str:
        """The short name of the refusal."""
        return "The state does not allow it" if self.status == 409 else "The input cannot be used"


def conflict(detail: str) -> Refused:
    """Return the refusal of something that the complaint's state does not allow now."""
    return Refused(detail, status=409)


def invalid(*errors: tuple[str, str]) -> Refused:
    """Return the refusal of input, with (JSON pointer, what to mend) for each field at fault."""
    return Refused("; ".join(f"{pointer}: {detail}" for pointer, detail in errors), status=422, errors=errors)
