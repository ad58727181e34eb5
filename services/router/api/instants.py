"""Instants in addresses."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from shared.web.lists import in_utc

Instant = Annotated[AwareDatetime, AfterValidator(in_utc)]
