"""Opens the SMTP listener as the settings say."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack

from services.ingest.jobs.smtp_listener import SmtpListener
from services.ingest.settings import IngestSettings
from services.ingest.usecases.take_mail import TakeMail
from shared.clock import Clock


async def open_smtp_door(stack: AsyncExitStack, *, settings: IngestSettings, clock: Clock, mail: TakeMail) -> None:
    """Listen for mail until the stack ends; with port 0 nothing listens."""
    if not settings.smtp_port:
        return
    listener = SmtpListener(
        host=settings.smtp_host,
        port=settings.smtp_port,
        accept=mail,
        size_limit=settings.smtp_size_limit,
        tls=_certificate(settings),
        clock=clock,
    )
    await listener.start()
    stack.push_async_callback(listener.stop)


def _certificate(settings: IngestSettings) -> ssl.SSLContext | None:
    if settings.smtp_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.smtp_certificate, settings.smtp_private_key)
    return context
