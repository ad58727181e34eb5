"""Bytes to text: the declared character set where it holds, else the best guess; never an error."""

from __future__ import annotations

import codecs
import logging
import re
from functools import lru_cache

from charset_normalizer import from_bytes

logging.getLogger("charset_normalizer").setLevel(logging.WARNING)

_ALIASES = {
    "ansi_x3.110-1983": "cp1252",
    "ansi": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "cp-850": "cp850",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
}
"""What mailers write, and what they mean (WHATWG Encoding: Latin-1 labels mean windows-1252, and so on)."""

_NAMES = """
utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437
cp850 cp852 cp858 cp866 cp874 cp932 cp949 gb18030 big5 big5hkscs euc-jp iso2022-jp hz iso2022-kr johab koi8-r koi8-u
mac-roman mac-cyrillic iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-10
iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 tis-620
"""
_KNOWN = frozenset(codecs.lookup(name).name for name in _NAMES.split())
"""An allow-list: utf-7 decodes to markup, and Python's own codecs (rot13, zlib, idna) are no character sets."""

_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "cp932", "euc_jp", "gb18030",
    "big5", "cp949", "cp850", "mac_roman",
]  # fmt: skip
_WESTERN = frozenset("€‚„…‘’“”•–—™Œœ¡£§©ª«¬®°±²³´·¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿ\xa0")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")
_SAMPLE_BYTES = 16 * 1024


@lru_cache(maxsize=512)
def codec(name: str) -> str | None:
    """Return the Python codec for a declared character set, or nothing when it is unknown or refused."""
    wanted = name.strip().strip("\"'").lower()
    wanted = _ALIASES.get(wanted, wanted)
    if wanted.startswith(("windows-", "win-")):
        wanted = "cp" + wanted.partition("-")[2]
    try:
        found = codecs.lookup(wanted).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return found if found in _KNOWN else None


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """Return the text and, where the declared character set did not hold, a note that says so."""
    if raw.isascii() and not (declared and _not_ascii_compatible(declared)):
        return raw.decode("ascii"), None
    chosen = codec(declared) if declared else None
    if chosen and chosen != "cp1252":
        try:
            return raw.decode(chosen).removeprefix("\ufeff"), None
        except UnicodeError:
            pass
    try:
        return raw.decode("utf-8").removeprefix("\ufeff"), None
    except UnicodeDecodeError:
        pass
    if chosen == "cp1252" and _is_declared_latin(declared):
        return raw.decode("cp1252", "replace"), None
    return _guess(raw), "charset_guessed"


def _not_ascii_compatible(declared: str) -> bool:
    return (codec(declared) or "").startswith(("utf-16", "utf-32", "iso2022", "hz"))


def _is_declared_latin(declared: str | None) -> bool:
    return declared is not None and "ascii" not in declared.lower()


def _guess(raw: bytes) -> str:
    sample = raw[:_SAMPLE_BYTES]
    western = sample.decode("cp1252", "replace")
    eight_bit = _EIGHT_BIT.findall(sample)
    if len(eight_bit) * 4 <= len(sample) and all(c.isascii() or c in _WESTERN for c in western):
        return raw.decode("cp1252", "replace")
    best = from_bytes(sample, cp_isolation=_CANDIDATES, steps=5, preemptive_behaviour=False).best()
    return raw.decode(best.encoding if best else "cp1252", "replace")
