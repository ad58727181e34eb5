"""What the how-to page tells a receiver to do accepts what is really sent, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.api_documents import FOLDER
from shared.contracts.webhooks import COMPLAINT_EVENT_TYPES, kind_of
from tests.integration.responder.endpoints import SECRET, endpoints
from tests.integration.responder.running import RunningResponder

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "connect-a-system-by-webhooks.md"
OTHER = "whsec_" + "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC"


@pytest.fixture
def verified() -> Callable[[dict[str, str], bytes, list[str]], bool]:
    """The page's own function."""
    snippet = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert snippet
    found: dict[str, Any] = {}
    exec(snippet[1], found)  # what is tested is what a reader copies
    return found["verified"]  # type: ignore[no-any-return]


async def test_the_snippet_takes_what_is_sent_and_refuses_what_was_changed(
    responder: RunningResponder, verified: Callable[[dict[str, str], bytes, list[str]], bool]
) -> None:
    async with endpoints() as others:
        asked = {"url": f"{others.url}/crm", "title": "CRM", "secret": OTHER}
        made = (await responder.http.post("/v1/webhooks", json=asked)).json()
        url = f"/v1/webhooks/{made['subscription_id']}"
        assert (await responder.http.post(f"{url}/rotate", json={"secret": SECRET})).is_success
        assert (await responder.http.post(f"{url}/test")).json()["works"]
        heard = others.heard["crm"][0]
    headers = dict(heard.headers)
    assert verified(headers, heard.body, [SECRET])
    assert verified(headers, heard.body, [OTHER])  # both sign while the secret is rotated
    assert not verified(headers, heard.body, ["whsec_" + "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0ND"])
    assert not verified(headers, heard.body + b" ", [SECRET])
    assert not verified(headers | {"webhook-id": "msg_other"}, heard.body, [SECRET])
    old = str(int(headers["webhook-timestamp"]) - 301)
    assert not verified(headers | {"webhook-timestamp": old}, heard.body, [SECRET])


def test_every_type_has_an_example_that_is_as_documented() -> None:
    document = msgspec.json.decode((FOLDER / "webhooks.asyncapi.json").read_bytes())
    messages = document["components"]["messages"]
    assert set(COMPLAINT_EVENT_TYPES) | {"webhook.subscription_paused", "webhook.test"} == set(messages)
    for name, message in messages.items():
        for example in message["examples"]:
            assert example["payload"]["type"] == name
            msgspec.convert(example["payload"], kind_of(name))
