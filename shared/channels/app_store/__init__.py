"""Reviews of an app on Apple's App Store."""

from shared.channel.port import Channel
from shared.channels.app_store.inbound import AppStoreReceives
from shared.channels.app_store.outbound import AppStoreChecks, AppStoreSends
from shared.channels.app_store.polling import AppStorePolls
from shared.channels.app_store.settings import AppStoreSecrets, AppStoreSettings

channel = Channel(
    name="app_store",
    title="App Store",
    receives=AppStoreReceives(),
    sends=AppStoreSends(),
    polls=AppStorePolls(),
    checks=AppStoreChecks(),
    edits=True,
    settings=AppStoreSettings,
    secrets=AppStoreSecrets,
    sent_to={"private_key": ("api_base_url",)},  # it signs; what it signs is sent
)
