"""A coroutine taken to its first pause at once, so that what need not wait is not given a timer first."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, Generic, TypeVar, cast

Result = TypeVar("Result")


class Begun(Generic[Result]):
    """`ended` tells whether it came to its end without a pause; awaited once, it gives the result either way."""

    def __init__(self, work: Awaitable[Result]) -> None:
        self._work = cast("Coroutine[Any, Any, Result]", work)
        self._result: list[Result] = []
        self._pause: Any = None
        try:
            self._pause = self._work.send(None)
        except StopIteration as end:
            self._result.append(end.value)

    @property
    def ended(self) -> bool:
        """Whether it need not be waited for."""
        return bool(self._result)

    def __await__(self) -> Generator[Any, Any, Result]:
        """Wait for the rest of it."""
        if self._result:
            return self._result[0]
        while True:
            try:
                try:
                    yield self._pause
                except BaseException as error:  # noqa: BLE001 - whatever it is, it is the coroutine's
                    self._pause = self._work.throw(error)
                else:
                    self._pause = self._work.send(None)
            except StopIteration as end:
                return cast("Result", end.value)
