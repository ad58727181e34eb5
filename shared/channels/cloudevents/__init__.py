"""CloudEvents 1.0 by HTTP: binary, structured, and in batches; answers as CloudEvents, or by mail."""

from shared.channel.port import Channel
from shared.channels.cloudevents.inbound import CloudEventsReceives
from shared.channels.cloudevents.outbound import CloudEventsChecks, CloudEventsSends
from shared.channels.cloudevents.settings import CloudEventsSecrets, CloudEventsSettings

channel = Channel(
    name="cloudevents",
    title="CloudEvents",
    receives=CloudEventsReceives(),
    sends=CloudEventsSends(),
    checks=CloudEventsChecks(),
    settings=CloudEventsSettings,
    secrets=CloudEventsSecrets,
    sent_to={"reply_token": ("reply_url",)},
)
