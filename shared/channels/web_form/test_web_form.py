"""What only the web form does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryIgnored, DeliveryInvalid
from shared.channel.inbound import InboundMessage
from shared.channels.web_form.inbound import WebFormReceives
from shared.channels.web_form.rendering import (
    choose_language,
    new_nonce,
    render_form,
    render_thanks,
    security_policy,
)
from shared.channels.web_form.settings import WebFormSettings
from shared.channels.web_form.specimen import specimen
from tests.contract.channels.specimen import NOW, fixture

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="----form7d81b2"'
NONCE = "8fK2mQ0zTq4rVw6yBn1c"


def _parse(body: bytes, content_type: str = URLENCODED, *, late: timedelta = timedelta(0)) -> InboundMessage:
    delivery = Delivery(account="form-1", received_at=NOW + late, body=body, headers={"content-type": content_type})
    (message,) = WebFormReceives().parse(delivery, specimen.account).messages
    return message


def _posted(**fields: str) -> InboundMessage:
    return _parse(urlencode(fields).encode())


def _wrong(**fields: str) -> set[str]:
    with pytest.raises(DeliveryInvalid) as invalid:
        _posted(**fields)
    return {pointer for pointer, _ in invalid.value.errors}


def test_a_double_click_is_one_complaint_and_other_words_are_another() -> None:
    body = urlencode({"text": "x", "submission": NONCE}).encode()
    assert _parse(body).provider_message_id == _parse(body, late=timedelta(minutes=3)).provider_message_id
    assert (
        _posted(text="x", submission=NONCE).provider_message_id
        != _posted(text="y", submission=NONCE).provider_message_id
    )


def test_the_same_words_of_two_people_are_two_complaints() -> None:
    body = urlencode({"text": "Where is my parcel?"}).encode()
    assert _parse(body).provider_message_id != _parse(body, late=timedelta(milliseconds=1)).provider_message_id


def test_nobody_joins_another_by_typing_their_address() -> None:
    first, second = (_posted(text=t, email="anna@example.test", submission=NONCE) for t in ("x", "y"))
    assert first.conversation != second.conversation
    assert (first.threaded, first.sender.verified) == (False, ())


def test_every_field_to_mend_is_named_at_once() -> None:
    wrong = _wrong(text=" ", email="nope", phone="call me", name="n" * 201, outcome_sought="o" * 1001)
    assert wrong == {"/text", "/email", "/phone", "/name", "/outcome_sought"}


def test_a_plain_field_of_over_a_mebibyte_gets_a_word_and_not_a_break() -> None:
    assert _wrong(text="x" * 2_000_000) == {"/text"}
    head, tail = '------form7d81b2\r\ncontent-disposition: form-data; name="text"\r\n\r\n', "\r\n------form7d81b2--\r\n"
    with pytest.raises(DeliveryInvalid) as invalid:
        _parse((head + "x" * 2_000_000 + tail).encode(), MULTIPART)
    assert invalid.value.errors[0][0] == "/text"


def test_a_robot_is_ignored() -> None:
    with pytest.raises(DeliveryIgnored):
        _posted(text="x", website="http://spam.example")


def test_files_come_under_clean_names_and_the_type_that_they_show() -> None:
    message = _parse(fixture(__file__, "multipart.bin"), MULTIPART)
    assert message.text == "Il gas: conguaglio sbagliato, 412 €"
    pdf, html = message.attachments
    assert (pdf.name, pdf.media_type, pdf.note) == ("bolletta è.pdf", "application/pdf", None)
    assert (html.name, html.media_type) == ("foto.html", "text/html")
    assert html.note is not None


def test_too_many_files_are_told() -> None:
    part = b'------form7d81b2\r\ncontent-disposition: form-data; name="attachments"; filename="a"\r\n\r\nx\r\n'
    text = b'------form7d81b2\r\ncontent-disposition: form-data; name="text"\r\n\r\nx\r\n'
    with pytest.raises(DeliveryInvalid) as invalid:
        _parse(text + part * 11 + b"------form7d81b2--\r\n", MULTIPART)
    assert invalid.value.errors[0][0] == "/attachments"


@pytest.mark.parametrize("cut", [1, 10, 200, 500])
def test_a_form_that_broke_off_is_told_so(cut: int) -> None:
    with pytest.raises(DeliveryInvalid, match=r"whole|well formed"):
        _parse(fixture(__file__, "multipart.bin")[:-cut].rstrip(b"-\r\n"), MULTIPART)


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "multipart/form-data", "é", "multipart/mixed; boundary=x"]
)
def test_what_is_no_form_is_told_so(content_type: str) -> None:
    with pytest.raises(DeliveryInvalid):
        _parse(b"text=x", content_type)


def test_an_old_browsers_letters_are_read() -> None:
    assert _parse(b"text=caff%E8+\x80").text == "caffè €"


# --- the pages -------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page holds, as far as these tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]


def _form(**more: object) -> str:
    return render_form(specimen.account, language="it", nonce=NONCE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_field_has_a_label_and_every_description_exists(language: str) -> None:
    errors = tuple((f"/{name}", "") for name in ("text", "email", "phone", "name", "attachments", "website"))
    page = Page(render_form(specimen.account, language=language, nonce=NONCE, errors=errors))
    assert page.all("html")[0]["lang"] == language
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    labels = {attrs["for"] for attrs in page.all("label")}
    fields = [a for a in page.all("input", "textarea") if a.get("type") != "hidden"]
    assert len(fields) == 8
    for field in fields:
        assert field["id"] in labels
        assert set((field.get("aria-describedby") or "").split()) <= ids
        assert (field.get("aria-invalid") == "true") == (
            field["id"] in {"text", "email", "phone", "name", "attachments"}
        )
    links = {attrs["href"] for attrs in page.all("a")}
    assert {"#text", "#email", "#attachments"} <= links


def test_nothing_needs_a_script_and_none_could_run() -> None:
    for html in (_form(), _thanks()):
        page = Page(html)
        assert page.all("script") == []
        assert [attrs for _, attrs in page.tags if any(name.startswith("on") for name in attrs)] == []
    assert "script-src" not in security_policy(specimen.account)
    assert security_policy(specimen.account).startswith("default-src 'none'")


def test_what_was_typed_in_comes_back_and_stays_text() -> None:
    html = _form(
        values={"text": "</textarea><script>x</script>", "email": 'nope" onfocus="x'}, errors=(("/email", "x"),)
    )
    page = Page(html)
    assert page.all("script") == []
    email = next(a for a in page.all("input") if a.get("name") == "email")
    assert email["value"] == 'nope" onfocus="x'
    assert "onfocus" not in email


def test_who_had_chosen_files_is_told_to_choose_them_again() -> None:
    assert "li scelga di nuovo" in _form(errors=(("/email", "x"),))
    assert "li scelga di nuovo" not in _form()


def test_a_first_line_that_is_empty_comes_back_as_well() -> None:
    assert ">\n\n\nx</textarea>" in _form(values={"text": "\n\nx"})


def test_a_form_that_broke_off_is_told_above_the_form() -> None:
    assert "non è arrivato intero" in _form(errors=(("", "the form did not arrive whole"),))


def _thanks(email: str | None = "carla@example.test") -> str:
    return render_thanks(specimen.account, language="en", reference="ABCDEFGHJ", status_token="kkkk", email=email)


def test_the_customer_is_told_the_reference_and_how_to_follow_it() -> None:
    page = Page(_thanks())
    assert "ABCDEFGHJ" in _thanks()
    assert "carla@example.test" in _thanks()
    assert "../status/ABCDEFGHJ#kkkk" in {attrs["href"] for attrs in page.all("a")}
    assert "no e-mail address" in _thanks(email=None)


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("en", "it", "en"),
        (None, "en-GB,it;q=0.3", "en"),
        (None, "fr,de", "it"),
        ("xx", "", "it"),
        (None, "", "it"),
        ("EN-us", "", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_browsers(asked: str | None, accepted: str, chosen: str) -> None:
    assert choose_language(specimen.account, asked=asked, accepted=accepted) == chosen


def test_the_form_is_framed_only_where_it_is_allowed() -> None:
    assert security_policy(specimen.account).endswith("frame-ancestors 'none'")
    framed = replace(specimen.account, settings=WebFormSettings(title="R", allowed_origins=("https://shop.example",)))
    assert security_policy(framed).endswith("frame-ancestors https://shop.example")


def test_a_nonce_is_one_that_the_form_accepts() -> None:
    assert _posted(text="x", submission=new_nonce()).provider_message_id.count(".") == 1
