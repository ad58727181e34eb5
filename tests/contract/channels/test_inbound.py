"""What every channel owes on the way in."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryError, DeliveryForged, DeliveryIgnored, DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channel.port import Channel, Receives
from shared.channel_registry import registry
from tests.contract.channels.damage import cut_short, nonsense, wrong_types
from tests.contract.channels.specimen import NOW, Specimen


def _channel(specimen: Specimen) -> Channel:
    return registry()[specimen.account.channel]


def _receives(specimen: Specimen) -> Receives:
    receives = _channel(specimen).receives
    assert receives is not None
    return receives


def _parse(specimen: Specimen, delivery: Delivery) -> Parsed:
    return _receives(specimen).parse(delivery, specimen.account)


def _items(parsed: Parsed) -> int:
    kept = (parsed.messages, parsed.changes, parsed.receipts, parsed.unreadable)
    return sum(map(len, kept)) + parsed.ignored


def _ids(parsed: Parsed) -> list[str]:
    return [m.provider_message_id for m in parsed.messages] + [c.provider_message_id for c in parsed.changes]


def test_a_genuine_delivery_becomes_one_message(specimen: Specimen) -> None:
    _receives(specimen).authenticate(specimen.valid, specimen.account)
    parsed = _parse(specimen, specimen.valid)
    assert [m.text.strip() for m in parsed.messages] == [specimen.text]
    assert _items(parsed) == 1
    message = parsed.messages[0]
    assert message.provider_message_id
    assert message.conversation
    assert message.sent_at is None or message.sent_at.tzinfo is not None


def test_an_answer_can_find_its_way_back(specimen: Specimen) -> None:
    message = _parse(specimen, specimen.valid).messages[0]
    sends = _channel(specimen).sends
    assert message.reply is not None
    assert sends is not None
    assert (message.reply.account, message.reply.channel) == (specimen.account.account, specimen.account.channel)
    assert message.reply.to
    assert message.reply.public == sends.public == message.public


def test_the_same_bytes_say_the_same(specimen: Specimen) -> None:
    assert _parse(specimen, specimen.valid) == _parse(specimen, specimen.valid)


def test_a_repetition_an_hour_later_has_the_same_ids(specimen: Specimen) -> None:
    later = replace(specimen.valid, received_at=NOW + timedelta(hours=1))
    assert _ids(_parse(specimen, later)) == _ids(_parse(specimen, specimen.valid))


@pytest.mark.concerns("batched")
def test_every_message_of_a_batch_is_read_in_whatever_order(specimen: Specimen) -> None:
    assert specimen.batch is not None
    assert {m.provider_message_id for m in _parse(specimen, specimen.batch).messages} == specimen.batch_ids
    turned = replace(specimen.batch, body=_turned(specimen.batch.body))
    assert {m.provider_message_id for m in _parse(specimen, turned).messages} == specimen.batch_ids


def _turned(body: bytes) -> bytes:
    def turn(value: object) -> object:
        if isinstance(value, list):
            return [turn(v) for v in reversed(value)]
        return {k: turn(v) for k, v in value.items()} if isinstance(value, dict) else value

    return json.dumps(turn(json.loads(body))).encode()


@pytest.mark.concerns("batched", "json")
def test_a_broken_item_leaves_its_neighbours_alone(specimen: Specimen) -> None:
    assert specimen.batch is not None
    first = sorted(specimen.batch_ids)[0]
    written = specimen.batch_names.get(first, first)
    body = specimen.batch.body.replace(json.dumps(written).encode(), b"[]")
    parsed = _parse(specimen, replace(specimen.batch, body=body))
    assert {m.provider_message_id for m in parsed.messages} == specimen.batch_ids - {first}
    assert len(parsed.unreadable) == 1


def test_known_events_that_are_no_complaint_are_counted(specimen: Specimen) -> None:
    for what, delivery in specimen.ignored.items():
        try:
            parsed = _parse(specimen, delivery)
        except DeliveryIgnored:
            continue
        assert (parsed.messages, parsed.changes, parsed.unreadable) == ((), (), ()), what
        assert parsed.ignored == 1, what


def test_edits_and_removals_name_the_message_they_change(specimen: Specimen) -> None:
    assert bool(specimen.changes) == _channel(specimen).edits
    message = _parse(specimen, specimen.valid).messages[0]
    for what, delivery in specimen.changes.items():
        (change,) = _parse(specimen, delivery).changes
        assert (change.target, change.conversation) == (message.provider_message_id, message.conversation), what
        assert change.provider_message_id != message.provider_message_id, what
        assert bool(change.text) == (change.kind == "edit"), what


def test_the_fate_of_our_messages_is_told(specimen: Specimen) -> None:
    for what, delivery in specimen.receipts.items():
        (receipt,) = _parse(specimen, delivery).receipts
        assert what.startswith(receipt.state), what


# --- proof -----------------------------------------------------------------------------------------------------------


def _refused(specimen: Specimen, delivery: Delivery) -> bool:
    try:
        _receives(specimen).authenticate(delivery, specimen.account)
    except DeliveryForged:
        return True
    return False


@pytest.mark.concerns("covered")
def test_every_byte_of_a_signed_body_counts(specimen: Specimen) -> None:
    assert specimen.signing is not None
    body = specimen.valid.body
    for at in range(len(body)):
        for flip in (0x01, 0x20, 0x80):
            changed = replace(specimen.valid, body=body[:at] + bytes([body[at] ^ flip]) + body[at + 1 :])
            if _refused(specimen, changed):
                continue
            assert specimen.signing.covers == "meaning", (at, flip)
            assert _parse(specimen, changed) == _parse(specimen, specimen.valid), (at, flip)


@pytest.mark.concerns("covered")
def test_more_or_fewer_bytes_are_refused(specimen: Specimen) -> None:
    for body in (specimen.valid.body + b"x", specimen.valid.body[:-1], b""):
        assert _refused(specimen, replace(specimen.valid, body=body))


@pytest.mark.concerns("signed")
def test_every_character_of_the_signature_counts(specimen: Specimen) -> None:
    assert specimen.signing is not None
    claimed = specimen.signing.claimed or specimen.valid.headers[specimen.signing.header]
    spoilt = [claimed[:at] + chr(ord(claimed[at]) ^ 0x01) + claimed[at + 1 :] for at in range(len(claimed))]
    for value in (*spoilt, "", "é", "\udce9", "\x00", "sha256=", "v1,", "v1, ", claimed.upper(), "x" * 100_000):
        assert _refused(specimen, specimen.signing.spoilt(specimen.valid, value)), value[:50]
    assert _refused(specimen, specimen.signing.spoilt(specimen.valid, None))


@pytest.mark.concerns("signed")
def test_another_secret_is_refused(specimen: Specimen) -> None:
    assert specimen.signing is not None
    other = specimen.signing.another("AAAA" if specimen.signing.secret[-4:] != "AAAA" else "BBBB")
    assert _refused(specimen, specimen.signed(specimen.valid, secret=other))


@pytest.mark.concerns("secret")
def test_while_a_secret_rotates_both_are_taken(specimen: Specimen) -> None:
    assert specimen.signing is not None
    new = specimen.signing.another("AAAA")
    name = next(n for n, values in specimen.account.secrets.items() if specimen.signing.secret in values)
    secrets = {**specimen.account.secrets, name: (new, specimen.signing.secret)}
    rotating = replace(specimen, account=replace(specimen.account, secrets=secrets))
    assert not _refused(rotating, specimen.valid)
    assert not _refused(rotating, specimen.signed(specimen.valid, secret=new))


@pytest.mark.concerns("secret")
@pytest.mark.parametrize("values", [None, (), ("",)])
def test_an_account_without_its_secret_takes_nothing(specimen: Specimen, values: tuple[str, ...] | None) -> None:
    unset = {} if values is None else dict.fromkeys(specimen.account.secrets, values)
    bare = replace(specimen, account=replace(specimen.account, secrets=unset))
    assert _refused(bare, specimen.valid)
    with suppress(ValueError):  # some schemes cannot even sign with an empty secret
        assert specimen.signing is not None
        assert _refused(bare, specimen.signing.sign(specimen.valid, ""))


@pytest.mark.concerns("stamped")
def test_an_old_delivery_is_refused_and_so_is_one_from_the_future(specimen: Specimen) -> None:
    assert specimen.signing is not None
    assert specimen.signing.stale_after is not None
    beyond = specimen.signing.stale_after + timedelta(seconds=1)
    within = specimen.signing.stale_after - timedelta(seconds=1)
    for shift, refused in ((beyond, True), (-beyond, True), (within, False), (-within, False)):
        assert _refused(specimen, replace(specimen.valid, received_at=NOW + shift)) is refused


# --- damage ----------------------------------------------------------------------------------------------------------


def _survives(specimen: Specimen, delivery: Delivery) -> Parsed | DeliveryError:
    """Every authentic delivery is read, kept or answered with words; nothing in it vanishes, nothing else is raised."""
    try:
        _receives(specimen).authenticate(delivery, specimen.account)
    except DeliveryForged as forged:
        if specimen.signing is None or not specimen.signing.inside:
            raise
        return forged
    try:
        parsed = _parse(specimen, delivery)
    except (DeliveryMalformed, DeliveryInvalid, DeliveryIgnored) as error:
        return error
    assert _items(parsed) >= 1
    return parsed


@pytest.mark.concerns("json")
def test_wrong_types_anywhere_are_survived(specimen: Specimen) -> None:
    outcomes: Counter[str] = Counter()
    for body in wrong_types(specimen.valid.body):
        outcomes[type(_survives(specimen, specimen.with_body(body))).__name__] += 1
    assert sum(outcomes.values()) > 100


def test_a_body_cut_short_is_survived(specimen: Specimen) -> None:
    for body in cut_short(specimen.valid.body):
        outcome = _survives(specimen, specimen.with_body(body))
        if specimen.encoding == "json":
            assert isinstance(outcome, DeliveryMalformed | DeliveryInvalid | DeliveryForged)


def test_nonsense_is_survived(specimen: Specimen) -> None:
    for body in nonsense():
        delivery = specimen.with_body(body)
        if specimen.signing is not None and _refused(specimen, delivery):
            continue
        assert isinstance(_survives(specimen, delivery), DeliveryError)


def test_bytes_that_are_not_utf_8_are_survived(specimen: Specimen) -> None:
    at = specimen.valid.body.index(specimen.text.split()[0].encode())
    body = specimen.valid.body
    _survives(specimen, specimen.with_body(body[:at] + b"\xe9\xff" + body[at:]))


def test_a_text_ten_times_as_long_arrives_whole(specimen: Specimen) -> None:
    long = " ".join([specimen.text] * 10)
    first = specimen.text.split()[0].encode()
    spelled = specimen.valid.body[specimen.valid.body.index(first) :]
    separator = b"+" if specimen.encoding == "form" and b"+" in spelled[:200] else b" "
    raw = specimen.text.encode().replace(b" ", separator)
    assert raw in specimen.valid.body
    body = specimen.valid.body.replace(raw, separator.join([raw] * 10), 1)
    outcome = _survives(specimen, specimen.with_body(body))
    assert isinstance(outcome, Parsed)
    assert outcome.messages[0].text.strip() == long


@pytest.mark.concerns("json")
@pytest.mark.parametrize("hostile", ["\\u0000", "\\ud800", "\\udfff\\ud800", "\\ud83d\\ude00", "\\\\ud800"])
def test_nul_and_halves_of_surrogate_pairs_lose_nothing(specimen: Specimen, hostile: str) -> None:
    word = specimen.text.split()[0].encode()
    body = specimen.valid.body.replace(word, word + hostile.encode(), 1)
    outcome = _survives(specimen, specimen.with_body(body))
    halves = hostile in ("\\ud800", "\\udfff\\ud800")
    if isinstance(outcome, DeliveryError):
        assert halves, "only halves of a pair may be refused, and then in words"
    else:
        assert specimen.text.split()[-1] in outcome.messages[0].text


def test_a_handshake_without_our_word_is_refused(specimen: Specimen) -> None:
    for query in ("", "hub.mode=subscribe&hub.verify_token=no&hub.challenge=1", "%ff=%", "a=1&" * 5_000, "challenge=x"):
        delivery = Delivery(account=specimen.account.account, received_at=NOW, method="GET", query=query)
        with pytest.raises(DeliveryForged):
            _receives(specimen).handshake(delivery, specimen.account)
