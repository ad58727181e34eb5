"""What MAIL and RCPT name is read as the library reads it, only faster where it is plain."""

from __future__ import annotations

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingest.jobs.smtp_session import SmtpSession

# Reading a path needs nothing of a connection.
SESSION = SmtpSession.__new__(SmtpSession)
_LETTERS = st.sampled_from('ab9.@<>() \t"\\[]:;,-+!é\x00\n\udcff=')
_PARTS = st.sampled_from(["<", ">", "a", "b.c", "@", "x.test", " ", "(c)", "BODY=8BITMIME", "SIZE=10", ".", '"q"', ","])


@given(st.one_of(st.text(_LETTERS, max_size=30), st.lists(_PARTS, max_size=9).map("".join)))
@example("<anna@example.test>")
@example("<anna.b+c@example.test> SIZE=12 BODY=8BITMIME")
@example("<anna@example.test>\tSIZE=12")
@example("<anna@example.test>SIZE=12")
@example("<anna@example.test> ")
@example("<anna@example.test> (a comment) SIZE=12")
@example("<a..b@example.test>")
@example("<a@[192.0.2.1]>")
@example("<>")
@example("anna@example.test")
def test_every_path_is_read_as_the_library_reads_it(arg: str) -> None:
    def read(by: type[SMTP]) -> object:
        try:
            return by._getaddr(SESSION, arg)
        except Exception as error:  # noqa: BLE001 - the library raises some for what is no path; so do we
            return type(error)

    assert read(SmtpSession) == read(SMTP)


@pytest.mark.parametrize("path", ["<anna@example.test>", "<anna+x@mail.example.test> SIZE=100 BODY=8BITMIME"])
def test_a_plain_path_needs_no_grammar(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SMTP, "_getaddr", None)
    assert SESSION._getaddr(path)[0] == path[1 : path.index(">")]
