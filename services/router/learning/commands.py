"""`ascolto classifier train` and `ascolto classifier predict`: learning from what people decided, from a shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from services.router.learning.faults import BadData, BadModel

_NEEDED: Final = ("numpy", "scipy", "sklearn", "Stemmer", "safetensors", "tokenizers", "wordllama")
_PRECISION: Final = 0.95


def add_to(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    *,
    run: Callable[[argparse.Namespace], int],
) -> None:
    """Add `classifier` with what can be done with one; `run` does it."""
    parser = subparsers.add_parser("classifier", help="learn from what people decided, and decide alike")
    actions = parser.add_subparsers(metavar="action", dest="action", required=True)
    train = actions.add_parser(
        "train",
        help="learn from labelled texts",
        description="Learns from texts with labels, measures itself on parts held back, and writes model and report.",
    )
    train.add_argument(
        "--data", type=Path, required=True, metavar="FILE", help="CSV or JSON Lines: text, label, language"
    )
    train.add_argument("--out", type=Path, required=True, metavar="DIR", help="the model's folder")
    train.add_argument(
        "--precision", type=_share, default=_PRECISION, metavar="SHARE", help="right answers wanted when sure (0.95)"
    )
    train.set_defaults(run=run)
    predict = actions.add_parser(
        "predict",
        help="label texts with what was learnt",
        description="Labels every text; where the file has labels too, tells how good that was, on new texts.",
    )
    predict.add_argument("--model", type=Path, required=True, metavar="DIR", help="the folder that train wrote")
    predict.add_argument("--data", type=Path, required=True, metavar="FILE", help="CSV or JSON Lines: text, language")
    predict.add_argument("--out", type=Path, required=True, metavar="FILE", help="CSV or JSON Lines, by its name")
    predict.add_argument("--words", action="store_true", help="add the words that weighed most (slower)")
    predict.set_defaults(run=run)


def missing() -> list[str]:
    """Return the modules that are needed and not installed."""
    return [name for name in _NEEDED if find_spec(name) is None]


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for and return 0; else tell what is wrong and how to mend it, and return 1."""
    if absent := missing():
        return _fail(f"{', '.join(absent)} not installed: run `make learning` once (about 120 MB to fetch), then again")
    from services.router.learning import working  # noqa: PLC0415  imports what is installed apart

    try:
        if arguments.action == "train":
            told = working.train_folder(
                data=arguments.data, out=arguments.out, precision=arguments.precision, tell=_tell_progress
            )
        else:
            told = working.predict_file(
                model=arguments.model, data=arguments.data, out=arguments.out, with_words=arguments.words
            )
    except (BadData, BadModel) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or arguments.out}: cannot be written ({error.strerror}); name another place")
    sys.stdout.write("\n".join(told) + "\n")
    return 0


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text} is no share between 0 and 1, such as 0.95")
    return share


def _tell_progress(line: str) -> None:
    sys.stderr.write(f"{line} ...\n")
    sys.stderr.flush()


def _fail(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1
