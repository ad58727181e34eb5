"""The developer's answer under a review.

Source: developer.apple.com, "Create or update a response to a customer review".
"""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.app_store.api import ask
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.vendor.payloads import text_of

_LONGEST = 5970


class AppStoreSends:
    """The way out of an app's reviews."""

    public = True
    max_length: int | None = _LONGEST

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Put the answer under the review, in the place of an earlier one; Apple publishes it within a day."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Apple takes {_LONGEST} characters", cause="too_long")
        review = outgoing.reply.thread.get("review_id")
        if not review:
            raise SendingFailed("the answer names no review to stand under", cause="bad_address")
        said = {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": outgoing.text},
            "relationships": {"review": {"data": {"type": "customerReviews", "id": review}}},
        }
        path = "/v1/customerReviewResponses"
        answer = await ask(account, means, "POST", path, clock=self._clock, json={"data": said})
        taken = answer.fields.get("data")
        return Sent(provider_message_id=text_of(taken.get("id")) if isinstance(taken, dict) else None)


class AppStoreChecks:
    """Asks Apple for the newest review."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the key reads the app's reviews."""
        path = f"/v1/apps/{account.settings.app_id}/customerReviews?limit=1"
        try:
            await ask(account, means, "GET", path, clock=self._clock)
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. {_advice(str(error))}")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Apple up?")
        return Verdict(works=True, words=f"The key reads the reviews of app {account.settings.app_id}.")


def _advice(error: str) -> str:
    if "403" in error:
        return "Does the key have the access Customer Support, and is every agreement in App Store Connect signed?"
    if "404" in error:
        return "Is app_id the app's Apple ID, and does the key have access to it?"
    return "Are key_id, issuer_id and private_key of one key, which was not revoked?"
