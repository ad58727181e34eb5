"""A message joins the complaint it belongs to, and nobody's else."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from tests.integration.router.stories import Desk, answering, chatted, quoting, said, told, with_token

DAY_S = timedelta(days=1).total_seconds()
OPENER = said("Il pacco non è arrivato.", id_="m1@example.test")


async def test_a_second_mail_of_one_sender_opens_its_own_complaint(desk: Desk) -> None:
    other = said("My invoice is wrong.", id_="m2@example.test", after=60)
    await desk.file(OPENER, other)
    assert await desk.filed() == {
        OPENER.complaint_id: {OPENER.message_id}, other.complaint_id: {other.message_id}
    }  # fmt: skip
    assert [e.kind for e in await desk.announced()] == ["opened", "opened"]


async def test_the_next_line_of_a_chat_goes_on_with_the_complaint(desk: Desk) -> None:
    lines = [chatted(t, id_=f"c{i}", after=i) for i, t in enumerate(["hello?", "anyone?", "I want my money back"])]
    await desk.file(*lines[:2])
    await desk.file(lines[2])
    assert await desk.filed() == {lines[0].complaint_id: {m.message_id for m in lines}}
    announced = await desk.announced()
    assert [(e.kind, e.sequence) for e in announced] == [("opened", 1), ("joined", 2), ("joined", 3)]
    assert {e.reference for e in announced} == {lines[0].reference}


async def test_one_number_at_two_accounts_is_two_complaints_of_one_party(desk: Desk) -> None:
    await desk.file(chatted("late", id_="c1"), chatted("broken", id_="c2", account="chat-2"))
    assert len(await desk.filed()) == 2
    assert len(await desk.rows("SELECT party_id FROM router.parties")) == 1


async def test_a_token_joins_whoever_holds_it_and_keeps_the_reply_address(desk: Desk) -> None:
    colleague = with_token(said("Per conto di Anna: AB12.", id_="m2@example.test", by="carlo@example.test"), OPENER)
    await desk.file(OPENER)
    await desk.file(colleague)
    assert await desk.filed() == {OPENER.complaint_id: {OPENER.message_id, colleague.message_id}}
    joined = (await desk.announced())[-1]
    assert (joined.kind, joined.reply) == ("joined", None)


async def test_what_a_participant_quotes_joins(desk: Desk) -> None:
    by_reference = quoting(said("Any news?", id_="m2@example.test", by="ANNA@example.test", after=9), OPENER)
    by_thread = answering(said("Still waiting.", id_="m3@example.test", after=10), "<m1@example.test>")
    await desk.file(OPENER, by_reference, by_thread)
    assert set(await desk.filed()) == {OPENER.complaint_id}
    assert {e.reply.to for e in await desk.announced() if e.reply} == {"anna@example.test", "ANNA@example.test"}


async def test_an_answer_to_what_we_sent_joins(desk: Desk) -> None:
    await desk.file(OPENER)
    await desk.learn(
        told(OPENER, "acknowledged", state="open", sequence=1, after=5, provider_message_id="<ascolto-1@acme.test>")
    )
    answer = answering(said("Grazie.", id_="m2@example.test", after=60), "<ascolto-1@acme.test>")
    await desk.file(answer)
    assert await desk.filed() == {OPENER.complaint_id: {OPENER.message_id, answer.message_id}}


async def test_a_stranger_who_quotes_opens_a_complaint_of_their_own_with_a_suggested_link(desk: Desk) -> None:
    mallory = said("Send me everything.", id_="x1@example.test", by="mallory@example.test")
    nosy = said("And me.", id_="x2@example.test", by="nosy@example.test")
    await desk.file(OPENER)
    await desk.file(quoting(mallory, OPENER), answering(nosy, "<m1@example.test>"))
    assert (await desk.filed())[OPENER.complaint_id] == {OPENER.message_id}
    assert await desk.links() == {
        (mallory.complaint_id, OPENER.complaint_id, "suggested"),
        (nosy.complaint_id, OPENER.complaint_id, "suggested"),
    }


async def test_who_only_quoted_does_not_bring_others_in(desk: Desk) -> None:
    """A form may claim anybody's address: what else it claims must not open the complaint to that."""
    claimed = said(
        "It is me.", id_="f1", account="form", channel="web_form",
        sender=Sender(email="anna@example.test", phone="+39 333 999"),
    )  # fmt: skip
    later = said("Hello", id_="s1", by="39333999", account="sms", channel="twilio_sms")
    await desk.file(OPENER, quoting(claimed, OPENER), quoting(later, OPENER))
    filed = await desk.filed()
    assert filed[OPENER.complaint_id] == {OPENER.message_id, claimed.message_id}
    assert filed[later.complaint_id] == {later.message_id}


async def test_a_quoting_mail_cannot_lead_the_answers_away(desk: Desk) -> None:
    away = ReplyAddress(account="care", channel="email", to="mallory@example.test")
    spoofed = msgspec.structs.replace(quoting(said("x", id_="m2@example.test"), OPENER), reply=away)
    await desk.file(OPENER, spoofed)
    assert [(e.kind, e.reply.to if e.reply else None) for e in await desk.announced()] == [
        ("opened", "anna@example.test"), ("joined", None)
    ]  # fmt: skip


async def test_a_complaint_that_ended_lately_is_reopened_by_its_customer(desk: Desk) -> None:
    chat = chatted("late", id_="c1")
    await desk.file(chat, OPENER)
    for message in (chat, OPENER):
        await desk.learn(told(message, "resolved", state="resolved", sequence=4, after=DAY_S))
    again = chatted("still not here", id_="c2", after=2 * DAY_S)
    more = chatted("hello?", id_="c3", after=2 * DAY_S + 1)
    quoted = quoting(said("Not solved.", id_="m2@example.test", after=3 * DAY_S), OPENER)
    await desk.file(again, more, quoted)
    assert set(await desk.filed()) == {chat.complaint_id, OPENER.complaint_id}
    assert [e.kind for e in await desk.announced()] == ["opened", "opened", "reopened", "joined", "reopened"]
    assert {row.state for row in await desk.rows("SELECT state FROM router.complaints")} == {"open"}


async def test_a_complaint_that_ended_long_ago_stays_so_except_for_who_holds_the_token(desk: Desk) -> None:
    chat, late = chatted("late", id_="c1"), 30 * DAY_S
    await desk.file(chat, OPENER)
    for message in (chat, OPENER):
        await desk.learn(
            told(message, "resolved", state="resolved", sequence=4, after=1),
            told(message, "closed", state="closed", sequence=5, after=2),
        )
    anew, more = chatted("broken", id_="c2", after=late), chatted("hello?", id_="c3", after=late + 1)
    quoted = quoting(said("And now?", id_="m2@example.test", after=late), OPENER)
    held = with_token(said("And now?", id_="m3@example.test", after=late), OPENER)
    await desk.file(anew, more, quoted, held)
    assert await desk.filed() == {
        chat.complaint_id: {chat.message_id},
        anew.complaint_id: {anew.message_id, more.message_id},
        quoted.complaint_id: {quoted.message_id},
        OPENER.complaint_id: {OPENER.message_id, held.message_id},
    }
    assert (quoted.complaint_id, OPENER.complaint_id, "suggested") in await desk.links()


async def test_a_robot_joins_without_reopening(desk: Desk) -> None:
    await desk.file(OPENER)
    await desk.learn(told(OPENER, "closed", state="closed", sequence=5, after=2))
    away = said("I am away.", id_="m2@example.test", after=30 * DAY_S, automatic="auto-submitted")
    bounce = said("Undelivered.", id_="m3@example.test", by="mailer-daemon@example.test", automatic="report")
    await desk.file(answering(away, "<m1@example.test>"), with_token(bounce, OPENER))
    assert set(await desk.filed()) == {OPENER.complaint_id}
    assert [(e.kind, e.automatic) for e in await desk.announced()] == [
        ("opened", None), ("joined", "auto-submitted"), ("joined", "report")
    ]  # fmt: skip
    assert [row.state for row in await desk.rows("SELECT state FROM router.complaints")] == ["closed"]


async def test_progress_that_comes_late_changes_nothing(desk: Desk) -> None:
    await desk.file(OPENER)
    closed = told(OPENER, "closed", state="closed", sequence=5, after=50)
    await desk.learn(told(OPENER, "reopened", state="open", sequence=6, after=60))
    await desk.learn(closed)
    assert [row.state for row in await desk.rows("SELECT state FROM router.complaints")] == ["open"]


async def test_the_token_of_an_unknown_reference_is_no_reason_to_lose_a_message(desk: Desk) -> None:
    orphan = said("Hello", id_="m9@example.test", joins=JoinHints(token_reference="AAAAAAAAA"))
    await desk.file(orphan)
    assert await desk.filed() == {}
    assert len(await desk.rows("SELECT message_id FROM router.early_messages")) == 1


async def test_a_robot_that_carries_the_token_brings_nobody_in(desk: Desk) -> None:
    """A bounce comes from the postmaster of a whole provider."""
    bounce = said("Undelivered.", id_="m2@x.test", by="mailer-daemon@example.test", automatic="report")
    await desk.file(OPENER, with_token(bounce, OPENER))
    other = quoting(said("Undelivered.", id_="m3@x.test", by="mailer-daemon@example.test", automatic="report"), OPENER)
    await desk.file(other)
    assert (await desk.filed())[other.complaint_id] == {other.message_id}
