"""The developer's answer under a review. Source: developers.google.com, "Reply to Reviews" and "reviews.reply"."""

from __future__ import annotations

from urllib.parse import quote

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.google_play.api import ask
from shared.faults import TryLater

_LONGEST = 350


class GooglePlaySends:
    """The way out of an app's reviews."""

    public = True
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Put the answer under the review, in the place of an earlier one."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Google Play takes {_LONGEST} characters", cause="too_long")
        review = outgoing.reply.thread.get("review_id")
        if not review:
            raise SendingFailed("the answer names no review to stand under", cause="bad_address")
        await ask(account, means, "POST", f"/{quote(review, safe=':')}:reply", json={"replyText": outgoing.text})
        return Sent()


class GooglePlayChecks:
    """Asks Google Play for the newest review."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the service account reads the app's reviews."""
        try:
            await ask(account, means, "GET", "?maxResults=1")
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. {_advice(error)}")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Google up?")
        return Verdict(works=True, words=f"The service account reads the reviews of {account.settings.package_name}.")


def _advice(error: SendingFailed) -> str:
    if error.cause == "unreachable":
        return "Is package_name the app's, and the app in production?"
    return (
        "In Play Console > Users and permissions, does the service account have the permission Reply to reviews for "
        "this app, and is the Google Play Android Developer API enabled in its project? "
        "New permissions take up to a day."
    )
