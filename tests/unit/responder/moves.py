"""What people and vendors do to a complaint on the desk, in one call each."""

from __future__ import annotations
