"""Who is asked to come again comes again, with the same words: the clients of the tests, and the lines to paste."""

from __future__ import annotations

import json
import smtplib
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller

from deploy.local import channels, doors, ports, table
from tests.support import calling


class Stalling(ThreadingHTTPServer):
    """Answers 503 at first, with the headers it was given, and then 202."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.headers, self.heard = headers, list[tuple[str | None, bytes]]()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Stalling

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((self.headers["idempotency-key"], body))
        first = len(self.server.heard) == 1
        answer = json.dumps({"status": 503} if first else {"reference": "ABCDEFGHK"}).encode()
        self.send_response(503 if first else 202)
        for name, value in (self.server.headers if first else {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stalling(request: pytest.FixtureRequest) -> Iterator[Stalling]:
    with Stalling(getattr(request, "param", {"retry-after": "1"})) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_client_comes_again_when_it_is_told_to(stalling: Stalling) -> None:
    assert calling.call("POST", stalling.url, json={"text": "x"}).status_code == 202
    assert len(stalling.heard) == 2
    assert len(set(stalling.heard)) == 1


async def test_a_client_of_many_calls_does_so_too(stalling: Stalling) -> None:
    async with httpx.AsyncClient(transport=calling.ComesAgainLater()) as http:
        assert (await http.post(stalling.url, json={"text": "x"})).status_code == 202


@pytest.mark.parametrize("stalling", [{}], indirect=True)
def test_it_does_not_where_it_was_not_told_to(stalling: Stalling) -> None:
    assert calling.call("POST", stalling.url, json={"text": "x"}).status_code == 503


class Desk:
    """Takes mail with these answers, one after another."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        return self.answers.pop(0)


def _mail_to(desk: Desk) -> None:
    controller = Controller(desk, hostname="127.0.0.1", port=ports.any_free())
    controller.start()
    try:
        calling.mail(b"Subject: x\r\n\r\nx\r\n", to="a@x.test", by="b@x.test", smtp=f"127.0.0.1:{controller.port}")
    finally:
        controller.stop()


def test_a_mail_comes_again_unless_it_is_refused_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "_MAIL_RESTS_S", 0.1)
    twice, refused = Desk("451 later", "250 kept"), Desk("550 never", "250 kept")
    _mail_to(twice)
    assert twice.answers == []
    with pytest.raises(smtplib.SMTPDataError):
        _mail_to(refused)
    assert len(refused.answers) == 1


def test_a_pasted_line_comes_again_with_the_key_that_it_had(stalling: Stalling, tmp_path: Path) -> None:
    accounts = channels.Accounts(names={}, secrets={})
    (tmp_path / "env").write_text("ASCOLTO_API_KEY=k\n")
    house = doors.Doors(
        ingest_url=stalling.url, responder_url=stalling.url, smtp="", relay="", api_key="k", accounts=accounts
    )
    line = table.lines_to_paste(house, environment_file=tmp_path / "env").splitlines()[0]
    said = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert said.endswith('{"reference": "ABCDEFGHK"}')
    assert len(stalling.heard) == 2
    assert len(set(stalling.heard)) == 1
