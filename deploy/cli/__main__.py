"""`./ascolto`, or `python -m deploy.cli`: one command, with a sub-command for each module of COMMANDS."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from deploy.cli import classifier, ledger, policy, rulebook


class Command(Protocol):
    """What a module offers to be a sub-command; `add_to` calls `set_defaults(run=run)` on the parser that it adds."""

    def add_to(self, subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        """Add the sub-command's parser."""
        ...


COMMANDS: tuple[Command, ...] = (rulebook, policy, classifier, ledger)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit code: 0 done, 1 something is wrong, 2 not understood."""
    parser = argparse.ArgumentParser(prog="ascolto", description="Works with an Ascolto from a shell.")
    subparsers = parser.add_subparsers(metavar="command", required=True)
    for command in COMMANDS:
        command.add_to(subparsers)
    chosen = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


if __name__ == "__main__":
    sys.exit(main())
