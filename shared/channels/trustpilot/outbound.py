"""The company's answer under a review, before everybody's eyes.

Source: developers.trustpilot.com, "Reply to a review".
"""

from __future__ import annotations

from urllib.parse import quote

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.trustpilot.api import ask
from shared.faults import TryLater
from shared.vendor.calls import settle

_LONGEST = 4000
_GONE = (404, 410)


class TrustpilotSends:
    """The way out of a company's reviews."""

    public = True
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Put the answer under the review; Trustpilot gives it no number."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"more than {_LONGEST} characters are not sent to Trustpilot", cause="too_long")
        author, review = account.settings.business_user_id, outgoing.reply.thread.get("review_id")
        if not author:
            raise SendingFailed("the account has no business_user_id to answer as", cause="credentials")
        if not review:
            raise SendingFailed("the answer names no review to stand under", cause="bad_address")
        said = {"authorBusinessUserId": author, "message": outgoing.text}
        answer = await ask(account, means, "POST", f"/v1/private/reviews/{quote(review, safe='')}/reply", json=said)
        if answer.status in _GONE:
            raise SendingFailed(f"Trustpilot answered {answer.status}: the review is gone", cause="unreachable")
        settle(answer, vendor="Trustpilot")
        return Sent()


class TrustpilotChecks:
    """Asks Trustpilot for one review of the company, as its private API has it."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the credentials open the company's reviews, and whether answers have an author."""
        settings = account.settings
        if not settings.api_key:
            words = "Without api_key Trustpilot was not asked: reviews are filed as told, and not answered."
            return Verdict(works=True, words=words)
        path = f"/v1/private/business-units/{settings.business_unit_id}/reviews?perPage=1"
        try:
            answer = await ask(account, means, "GET", path)
            if answer.status in (403, 404):
                words = (
                    f"Trustpilot answered {answer.status}: the API key is not of the company business_unit_id names."
                )
                return Verdict(works=False, words=words)
            settle(answer, vendor="Trustpilot")
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Are api_key and api_secret of one application?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Trustpilot up?")
        if not settings.business_user_id:
            return Verdict(works=False, words="The reviews can be read, but not answered: business_user_id is missing.")
        return Verdict(works=True, words="The credentials read the company's reviews, and answers have an author.")
