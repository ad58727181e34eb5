"""Comments on an Instagram account's posts, and mentions of it elsewhere."""

from shared.channel.port import Channel
from shared.channels.instagram_comments.asking import InstagramCommentsAsks
from shared.channels.instagram_comments.inbound import InstagramCommentsReceives
from shared.channels.instagram_comments.outbound import InstagramCommentsChecks, InstagramCommentsSends
from shared.channels.instagram_comments.settings import InstagramCommentsSecrets, InstagramCommentsSettings

channel = Channel(
    name="instagram_comments",
    title="Instagram comments",
    receives=InstagramCommentsReceives(),
    sends=InstagramCommentsSends(),
    checks=InstagramCommentsChecks(),
    asks=InstagramCommentsAsks(),
    settings=InstagramCommentsSettings,
    secrets=InstagramCommentsSecrets,
    sent_to={"access_token": ("api_base_url",)},
)
