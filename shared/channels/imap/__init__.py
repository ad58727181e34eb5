"""E-mail out of a mailbox, by IMAP."""

from shared.channel.port import Channel
from shared.channels.imap.inbound import ImapReceives
from shared.channels.imap.outbound import ImapChecks, ImapSends
from shared.channels.imap.polling import ImapPolls
from shared.channels.imap.settings import ImapSecrets, ImapSettings

channel = Channel(
    name="imap",
    title="Mailbox (IMAP)",
    receives=ImapReceives(),
    sends=ImapSends(),
    polls=ImapPolls(),
    checks=ImapChecks(),
    settings=ImapSettings,
    secrets=ImapSecrets,
    sent_to={"password": ("host", "port", "relay_url"), "relay_password": ("relay_url",)},
)
