"""The CEL engine without its command line, which the package imports along: half a second a start, for nothing."""

from __future__ import annotations

import sys
from types import ModuleType

sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

from cel import Context, Program, compile  # noqa: A004, E402 - the engine's own name, after its command line is out

__all__ = ["Context", "Program", "compile"]
