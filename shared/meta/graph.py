"""Calls to the Graph API and what its error codes ask of us.

Source of the codes: developers.facebook.com, "WhatsApp Cloud API error codes", "Graph API error handling" and
"Messenger Platform > Common error codes".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Verdict
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.payloads import text_of

API_BASE_URL = "https://graph.facebook.com/v24.0"

_LATER = frozenset({1, 2, 4, 17, 32, 341, 613, 80007, 130429, 131000, 131016, 131048, 131056, 131057, 133004})
_CAUSES = {
    131047: "window_closed",
    131026: "unreachable",
    131021: "unreachable",
    131030: "unreachable",
    551: "unreachable",
} | dict.fromkeys((3, 10, 102, 190, *range(200, 300)), "credentials")
_SUBCAUSES = {
    2018278: "window_closed",
    2534022: "window_closed",
    2018001: "unreachable",
    2018108: "unreachable",
    1545041: "unreachable",
    2534014: "unreachable",
}
"""What a code of many meanings says more exactly: Messenger's window and Instagram's, people who take no messages."""


async def post(account: Account, means: Means, *, path: tuple[str, str], **request: Any) -> dict[str, Any]:
    """Return the API's answer to a post; `TryLater` or `SendingFailed` by its error code."""
    answer = await call(means.http, "POST", _url(account, *path), headers=bearer(account), **request)
    settle_graph(answer)
    return answer.fields


async def get(account: Account, means: Means, *, path: tuple[str, ...], query: str = "") -> dict[str, Any]:
    """Return the API's answer to a question; `TryLater` or `SendingFailed` by its error code."""
    answer = await call(means.http, "GET", _url(account, *path) + query, headers=bearer(account))
    settle_graph(answer)
    return answer.fields


async def check_node(account: Account, means: Means, *, node: str, name_field: str) -> Verdict:
    """Say whether the access token reads the number or page of the account."""
    try:
        fields = await get(account, means, path=(node,), query=f"?fields={name_field}")
    except SendingFailed as error:
        return Verdict(works=False, words=f"{error}. Is the access token of the right app, and not expired?")
    except TryLater as error:
        return Verdict(works=False, words=f"{error}. Is api_base_url right, and the vendor up?")
    return Verdict(works=True, words=f"Meta knows it as {text_of(fields.get(name_field)) or node}.")


def bearer(account: Account) -> dict[str, str]:
    """Return the header that carries the access token: never in the address, which ends up in logs."""
    token = account.secret("access_token")
    if not token or not token.isascii():
        raise SendingFailed("the account has no access_token", cause="credentials")
    return {"authorization": f"Bearer {token}"}


def _url(account: Account, *path: str) -> str:
    return "/".join([account.settings.api_base_url.rstrip("/"), *(quote(part, safe="") for part in path)])


def settle_graph(answer: VendorAnswer) -> None:
    """Return for a 2xx; `TryLater` or `SendingFailed` with a cause otherwise."""
    if 200 <= answer.status < 300:
        return
    error = answer.fields.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = error.get("code"), error.get("error_subcode")
    said = f"Meta answered {answer.status}" + (f", error {code}" if isinstance(code, int) else "")
    if error.get("is_transient") is True or (isinstance(code, int) and code in _LATER):
        raise TryLater(said, wait=answer.wait)
    if isinstance(subcode, int) and subcode in _SUBCAUSES:
        raise SendingFailed(said, cause=_SUBCAUSES[subcode])
    if isinstance(code, int) and code in _CAUSES and answer.status < 500:
        raise SendingFailed(said, cause=_CAUSES[code])
    settle(answer, vendor=said.replace(f"Meta answered {answer.status}", "Meta", 1))
