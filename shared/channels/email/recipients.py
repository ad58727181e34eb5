"""Which recipients belong to an account."""

from __future__ import annotations

from shared.channels.email.settings import EmailSettings
from shared.mail.threads import without_plus


def knows(settings: EmailSettings, recipient: str) -> bool:
    """Tell whether mail for this SMTP recipient is the account's, with or without a +part, in any case."""
    wanted = recipient.strip().strip("<>").lower()
    own = {address.lower() for address in (*settings.addresses, settings.sender)}
    return wanted in own or without_plus(wanted) in own
