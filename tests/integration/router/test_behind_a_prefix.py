"""A proxy serves the router under /router: routes, documents and the addresses of files have the prefix."""

from __future__ import annotations

import httpx
import msgspec

from shared.blobs import Blobs
from shared.contracts.parts import Attachment
from shared.ids import event_id
from tests.integration.router.running import RunningRouter, running_router
from tests.integration.router.stories import said
from tests.support.prefix import StripsPrefix


async def test_everything_is_found_under_the_prefix(router: RunningRouter) -> None:
    blob = await Blobs(router.settings.blob_url).keep(b"receipt")
    file = Attachment(attachment_id=event_id("attachment", "p"), name="a.txt", media_type="text/plain", blob=blob)
    message = msgspec.structs.replace(said("Il pacco è in ritardo.", id_="p"), attachments=(file,))
    await router.publish(message)
    await router.told(1)
    async with running_router(router.settings.model_copy(update={"root_path": "/router"})) as behind:
        transport = httpx.ASGITransport(app=StripsPrefix(behind.app, "/router"))
        async with httpx.AsyncClient(
            transport=transport, base_url="https://acme.test", headers=behind.http.headers
        ) as http:
            shown = (await http.get(f"/router/v1/complaints/{message.reference}")).json()
            url = shown["messages"][0]["attachments"][0]["url"]
            assert (await http.get(url)).content == b"receipt"
            assert '"/router/openapi.json"' in (await http.get("/router/docs")).text.replace("'", '"')
            assert (await http.get("/router/openapi.json")).json()["servers"] == [{"url": "/router"}]
            missing = (await http.get("/router/v1/complaints/ZZZZZZZZZ")).json()
            assert missing["instance"] == "/router/v1/complaints/ZZZZZZZZZ"
        # A proxy that leaves the prefix on, and a neighbour that comes by no proxy, are served as well.
        for path in ("/router/healthz", "/healthz"):
            assert (await behind.http.get(path)).json() == {"status": "alive"}
