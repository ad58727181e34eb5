"""What can be wrong with data and models; needs nothing of what is installed apart."""

from __future__ import annotations


class BadData(Exception):
    """A data file that cannot be used; its text says, a line each, where, what is wrong and how to mend it."""


class BadModel(Exception):
    """A folder whose model cannot be used; its text says what is wrong and how to mend it."""
