"""The web form: pages that we serve, read without JavaScript, answered by mail."""

from shared.channel.port import Channel
from shared.channels.web_form.inbound import WebFormReceives
from shared.channels.web_form.settings import WebFormSettings
from shared.written.by_mail import SendsByMail

channel = Channel(
    name="web_form",
    title="Web form",
    receives=WebFormReceives(),
    sends=SendsByMail(),
    settings=WebFormSettings,
)
