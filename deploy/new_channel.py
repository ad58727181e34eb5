"""Lays out a new channel: `python -m deploy.new_channel NAME [TITLE]`. It passes the suite of all channels at once."""

from __future__ import annotations

import re
import sys
from pathlib import Path

TEMPLATE = Path(__file__).parent / "channel_template"
CHANNELS = Path(__file__).parent.parent / "shared" / "channels"

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class CannotLayOut(ValueError):
    """The name does not make a channel; the words say what does."""


def lay_out(*, name: str, title: str, channels: Path = CHANNELS) -> list[Path]:
    """Return the files of a new channel folder; `CannotLayOut` for a bad name or one that is taken."""
    if not _NAME.fullmatch(name) or len(name) > 32:
        raise CannotLayOut(f"{name!r} is no name of a channel: a-z, 0-9, parted by _, like google_reviews")
    folder = channels / name
    if folder.exists():
        raise CannotLayOut(f"{folder} is there already")
    words = {"__NAME__": name, "__CLASS__": name.title().replace("_", ""), "__TITLE__": title.replace('"', "'")}
    written = []
    for source in sorted(path for path in TEMPLATE.rglob("*") if path.is_file()):
        target = folder / _filled(str(source.relative_to(TEMPLATE)).removesuffix(".tmpl"), words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(source.read_text(encoding="utf-8"), words), encoding="utf-8")
        written.append(target)
    return written


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def main(arguments: list[str]) -> int:
    """Lay the channel out and say what to do next."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    name = arguments[0]
    title = arguments[1] if len(arguments) == 2 else name.replace("_", " ").capitalize()
    try:
        written = lay_out(name=name, title=title)
    except CannotLayOut as error:
        print(error)
        return 1
    print("\n".join(str(path) for path in written))
    print(f"""
It is a channel already: its deliveries are signed by HMAC-SHA256 and hold a list of events. Make it the vendor's:
  1. fixtures/    put in what the vendor really sends, and say it in specimen.py
  2. inbound.py   signature and events; outbound.py the call that sends
  3. settings.py  say where the vendor shows each value; README.md tells a stranger how to connect it
  python -m pytest tests/contract/channels -k {name} ; python -m pytest shared/channels/{name}
The whole port stands in shared/channels/README.md.""")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
