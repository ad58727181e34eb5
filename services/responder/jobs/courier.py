"""One attempt at sending, through the channel the customer wrote by."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

import httpx

from services.responder.store.outbound import Outbound
from services.responder.usecases.accounts import Accounts
from services.responder.usecases.sending import Outcome
from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channel.port import Channel
from shared.clock import Clock
from shared.fault_point import fault_point
from shared.faults import TryLater
from shared.reply_token import Tokens
from shared.telemetry.trace import enter_trace

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S: Final = 20.0
_DISABLED_WAIT: Final = timedelta(seconds=60)


class Courier:
    """Hands messages to the channels."""

    def __init__(
        self, *, accounts: Accounts, channels: dict[str, Channel], means: Means, tokens: Tokens, clock: Clock
    ) -> None:
        self._accounts = accounts
        self._channels = channels
        self._means = means
        self._tokens = tokens
        self._clock = clock

    async def attempt(self, message: Outbound) -> Outcome:
        """Return what one attempt came to; whatever goes wrong is an outcome too."""
        enter_trace(message.traceparent)
        started_at = self._clock.now()
        fault_point("send-before")
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                sent = await self._hand_over(message)
        except SendingFailed as error:
            return Outcome(
                message=message, outcome="failed", started_at=started_at, ended_at=self._clock.now(), cause=error.cause
            )
        except (TryLater, TimeoutError, httpx.HTTPError, OSError) as error:
            return Outcome(
                message=message,
                outcome="later",
                started_at=started_at,
                ended_at=self._clock.now(),
                cause=type(error).__name__,
                wait=error.wait if isinstance(error, TryLater) else None,
            )
        except Exception as error:
            # A defect of one channel must not stop the others; the message waits for the mended version.
            logger.exception("a channel met a defect", extra={"channel": message.reply.channel})
            return Outcome(
                message=message,
                outcome="later",
                started_at=started_at,
                ended_at=self._clock.now(),
                cause=f"defect:{type(error).__name__}",
            )
        fault_point("send-after")
        return Outcome(
            message=message,
            outcome="sent",
            started_at=started_at,
            ended_at=self._clock.now(),
            provider_message_id=sent.provider_message_id,
        )

    async def _hand_over(self, message: Outbound) -> Sent:
        account = await self._accounts.get(message.account)
        if not account.enabled:
            raise TryLater("the account is switched off", wait=_DISABLED_WAIT)
        channel = self._channels.get(message.reply.channel)
        if channel is None or channel.sends is None:
            raise SendingFailed("the channel cannot send", cause="channel_cannot_send")
        return await channel.sends.send(self._outgoing(message, account), account, self._means)

    def _outgoing(self, message: Outbound, account: Account) -> Outgoing:
        return Outgoing(
            outbound_id=message.outbound_id,
            kind=message.kind,
            reference=message.reference,
            reply=message.reply,
            text=message.text,
            subject=message.subject,
            reply_token=self._tokens.reply(account=account.account, reference=message.reference),
            automatic=message.kind == "acknowledgement",
            traceparent=message.traceparent,
        )
