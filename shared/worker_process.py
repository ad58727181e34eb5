"""The other side of `shared.workers`: takes work from its standard input until that ends, as its parent does.

Started as `python -m shared.worker_process <parent's pid> <memory in bytes> <module to import>...`.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import pickle
import resource
import signal
import struct
import sys
import threading
from queue import SimpleQueue
from typing import BinaryIO

_HEADER = struct.Struct(">Q")
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Do what comes, one after the other."""
    parent, memory, *modules = sys.argv[1:]
    answers = _own_output()
    _end_with_parent(int(parent))
    if int(memory):
        with contextlib.suppress(ValueError, OSError):  # not every system bounds address space
            resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    for module in modules:
        importlib.import_module(module)
    work: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, work), daemon=True).start()
    _write(answers, b"")
    while True:
        _write(answers, _do(work.get()))


def _own_output() -> BinaryIO:
    """What the work prints must not get between the answers: it goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _end_with_parent(parent: int) -> None:
    """Die with the parent even in the middle of native code, where the thread that reads cannot notice (Linux)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _read(source: BinaryIO, work: SimpleQueue[bytes]) -> None:
    while len(header := source.read(_HEADER.size)) == _HEADER.size:
        work.put(source.read(_HEADER.unpack(header)[0]))
    os._exit(0)


def _do(work: bytes) -> bytes:
    try:
        function, args = pickle.loads(work)  # noqa: S301 - from our own parent
        return pickle.dumps((True, function(*args)))
    except MemoryError:
        return pickle.dumps((False, "out of memory"))
    except Exception as error:  # noqa: BLE001 - whatever it raises is the parent's answer
        return _as_answer(error)


def _as_answer(error: Exception) -> bytes:
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301 - some exceptions pickle and do not come back
    except Exception:  # noqa: BLE001
        return pickle.dumps((False, type(error).__name__))
    return answer


def _write(target: BinaryIO, answer: bytes) -> None:
    target.write(_HEADER.pack(len(answer)) + answer)
    target.flush()


if __name__ == "__main__":
    main()
