"""Where a complaint's time in the router goes: language, reading, rules, store; microseconds, not judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from typing import cast

import msgspec
import pytest

from services.ingest.domain.filing import file_message
from services.router.consumers.received import FileReceived
from services.router.domain.language import decide_language
from services.router.domain.lexicon import lexicons_of
from services.router.domain.reading import read
from services.router.domain.routing import RoutableComplaint, decide
from services.router.domain.tokens import tokenise
from services.router.usecases.deciding import ByRulebook, Judge
from services.router.usecases.file_messages import Rules
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.webhook import channel
from shared.channels.webhook.settings import WebhookSettings
from shared.clock import SystemClock
from shared.contracts.received import MessageReceived
from shared.messaging.records import Record
from shared.reply_token import Tokens
from shared.rulebook.load import Rulebook
from shared.web.database import new_engine
from tests.bench.bodies import bodies, texts_of
from tests.bench.report import Report
from tests.bench.rounds import spread
from tests.bench.sizes import Sizes
from tests.unit.router.corpus import default_rulebook

pytestmark = pytest.mark.bench

BATCH = 500


def _microseconds(work: Callable[[], object], *, times: int) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) / times * 1e6


def _events(number: int) -> list[MessageReceived]:
    account = Account(account="bench", channel="webhook", title="Bench", settings=WebhookSettings())
    assert channel.receives is not None
    now, found = SystemClock().now(), []
    for posted in bodies(number):
        headers = {"webhook-id": posted.webhook_id, "content-type": "application/json"}
        delivery = Delivery(account="bench", received_at=now, headers=headers, body=posted.body)
        (message,) = channel.receives.parse(delivery, account).messages
        filing = file_message(
            message, account="bench", channel="webhook", scope="bench", received_at=now, attachments=(), whole=None,
            tokens=Tokens(bytes(32)),
        )  # fmt: skip
        found.append(filing.event)
    return found


def test_microseconds_of_reading_and_deciding(report: Report, sizes: Sizes) -> None:
    rulebook = default_rulebook()
    for size, texts in (("300", [event.text for event in _events(200)]), ("1,000", list(islice(texts_of(1000), 200)))):
        _tell(report, sizes, rulebook, size, texts)


def _tell(report: Report, sizes: Sizes, rulebook: Rulebook, size: str, texts: list[str]) -> None:
    lexicons, tokens = lexicons_of(rulebook), {text: tokenise(text) for text in texts}
    readings = [read(text, rulebook=rulebook) for text in texts]
    stages: dict[str, Callable[[], object]] = {
        "language": lambda: [
            decide_language(text, tokens=tokens[text], hint=None, lexicons=lexicons) for text in texts
        ],
        "reading, language and tokens included": lambda: [read(text, rulebook=rulebook) for text in texts],
        "rules": lambda: [
            decide(RoutableComplaint(reading=one, channel="webhook", account="bench"), rulebook) for one in readings
        ],
    }
    for name, work in stages.items():
        work()
        found = [_microseconds(work, times=len(texts)) for _ in range(sizes.rounds)]
        report.remark(f"router, a text of {size} bytes, {name}: {spread(found, digits=0)} us of processor time")


async def test_microseconds_of_the_store(report: Report, sizes: Sizes, database_url: str) -> None:
    """Batches of 500 through the handler in this process: by the rulebook, and with the verdict given."""
    rulebook = default_rulebook()
    judge = ByRulebook(rulebook=rulebook)
    verdict = judge(_events(1)[0])
    engine = new_engine(database_url.replace("postgresql://", "postgresql+asyncpg://", 1), pool=1, application="bench")
    try:
        for name, rules in (
            ("whole batch", _rules(judge, rulebook)),
            ("store, the verdict given", _rules(cast("Judge", lambda message, contacts: verdict), rulebook)),
        ):
            handler, found = FileReceived(lambda rules=rules: rules), []  # type: ignore[misc]
            for _ in range(sizes.rounds + 1):
                records, started = _records(), time.perf_counter()
                async with engine.begin() as connection:
                    await handler(connection, records, now=SystemClock().now())
                found.append((time.perf_counter() - started) / BATCH * 1e6)
            report.remark(
                f"router, batches of {BATCH}, {name}: {spread(found[1:], digits=0)} us a complaint by the clock"
            )
    finally:
        await engine.dispose()


def _rules(judge: Judge, rulebook: Rulebook) -> Rules:
    return Rules(judge=judge, reopen_within=rulebook.correlation.reopen_within)


def _records() -> list[Record]:
    return [
        Record(
            event_id=event.message_id, topic=event.TOPIC, partition=0, offset=number,
            key=f"{event.account}:{event.conversation}", type=event.TYPE, time=event.received_at,
            body=msgspec.json.encode(event),
        )
        for number, event in enumerate(_events(BATCH))
    ]  # fmt: skip
