"""Follows a mailbox: catches up in batches, then waits by IDLE and looks again every interval."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.outbound import Means
from shared.channel.port import Polled
from shared.channels.imap.connecting import connected
from shared.channels.imap.cursor import Cursor, resume
from shared.channels.imap.mailbox import Fetched, Mailbox, Standing
from shared.channels.imap.settings import ImapSettings
from shared.clock import Clock

_BATCH_MAILS = 50
_BATCH_BYTES = 32 * 1024 * 1024
_LONGEST_IDLE_S = 9 * 60
"""Servers may end an IDLE after 30 minutes, routers forget a silent connection after 10."""


class ImapPolls:
    """The way in by polling. A mail is marked as seen only after its batch was committed."""

    async def watch(
        self, account: Account, *, cursor: Mapping[str, Any] | None, clock: Clock, means: Means
    ) -> AsyncGenerator[Polled, None]:
        """Yield what is new since `cursor`, then wait for more; `TryLater` when the connection is lost."""
        settings: ImapSettings = account.settings
        async with connected(settings, allow_private=means.allow_private_targets) as connection:
            await connection.login(settings.username, account.secret("password") or "")
            mailbox = Mailbox(connection, settings.mailbox)
            while True:
                standing = await mailbox.stand()
                position = resume(cursor, standing, today=clock.now().date())
                if cursor != position.stored():
                    cursor = position.stored()
                    yield Polled(deliveries=(), cursor=cursor)
                async for mails, reached in _catch_up(mailbox, position, standing):
                    cursor = reached.stored()
                    yield Polled(deliveries=_deliveries(mails, account, cursor, clock), cursor=cursor)
                    if settings.mark_seen and mails:
                        await mailbox.mark_seen([mail.uid for mail in mails])
                wait_s = min(settings.interval_seconds, _LONGEST_IDLE_S)
                if not await mailbox.wait(within_s=wait_s):
                    await asyncio.sleep(wait_s)


async def _catch_up(
    mailbox: Mailbox, position: Cursor, standing: Standing
) -> AsyncGenerator[tuple[list[Fetched], Cursor], None]:
    """Yield batches of mails, each with the cursor that stands behind it."""
    for criteria in position.searches(standing):
        uids = await mailbox.search(*criteria, after=position.uid)
        for start in range(0, len(uids), _BATCH_MAILS):
            some = uids[start : start + _BATCH_MAILS]
            for sizes in _by_bytes(await mailbox.sizes(some)):
                position = position.after(max(sizes))
                yield await mailbox.fetch(sizes), position
            position = position.after(some[-1])
    if position.uid < position.boundary:  # what is left up to there does not count: do not ask for it again
        yield [], position.after(position.boundary)


def _by_bytes(sizes: dict[int, int]) -> Iterator[dict[int, int]]:
    batch: dict[int, int] = {}
    for uid in sorted(sizes):
        if batch and sum(batch.values()) + sizes[uid] > _BATCH_BYTES:
            yield batch
            batch = {}
        batch[uid] = sizes[uid]
    if batch:
        yield batch


def _deliveries(mails: list[Fetched], account: Account, cursor: Mapping[str, Any], clock: Clock) -> list[Delivery]:
    return [
        Delivery(
            account=account.account,
            received_at=clock.now(),
            body=mail.raw,
            headers={"content-type": "message/rfc822"},
            envelope={
                "mailbox": account.settings.mailbox,
                "uid": str(mail.uid),
                "uidvalidity": str(cursor["validity"]),
                **({"truncated": "true"} if mail.cut else {}),
                **({"refused": "true"} if mail.refused else {}),
            },
        )
        for mail in mails
    ]
