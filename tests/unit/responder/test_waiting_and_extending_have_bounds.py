"""Waiting, extending and transferring move a date only as far as the policy lets them."""

from __future__ import annotations
