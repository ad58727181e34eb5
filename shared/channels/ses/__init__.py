"""Mail by Amazon SES: receipt rules bring it through SNS, SES v2 sends it, event publishing tells what became of it."""

from shared.channel.port import Channel
from shared.channels.ses.asking import SesAsks
from shared.channels.ses.inbound import SesReceives
from shared.channels.ses.outbound import SesChecks, SesSends
from shared.channels.ses.settings import SesSecrets, SesSettings

channel = Channel(
    name="ses",
    title="E-mail (Amazon SES)",
    receives=SesReceives(),
    sends=SesSends(),
    checks=SesChecks(),
    asks=SesAsks(),
    settings=SesSettings,
    secrets=SesSecrets,
    sent_to={"secret_access_key": ()},  # it signs, and is never sent
)
