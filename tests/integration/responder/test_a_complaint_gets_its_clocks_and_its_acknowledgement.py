"""From what the router decided to clocks, steps, and one acknowledgement by the channel it came by."""

from __future__ import annotations

from tests.integration.responder.neighbours import MailSink, Neighbours
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, until


async def test_a_complaint_has_its_clocks_steps_and_reason(responder: RunningResponder) -> None:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    found = await responder.complaint(routed)
    kinds = {clock["kind"]: clock for clock in found["clocks"]}
    assert {"acknowledge", "first_response", "next_update", "resolve"} <= set(kinds)
    assert all(clock["due_at"] > clock["started_at"] for clock in kinds.values())
    assert (found["queue"], found["playbook"], found["policy"]) == ("logistics", "latte", "retail.default")
    assert found["decision"]["because"]["rule"] == "late-delivery"
    assert found["steps"]
    assert found["state"] == "open"


async def test_an_acknowledgement_is_sent_once_and_meets_its_clock(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    assert (await responder.clock(routed, "acknowledge"))["state"] == "met"
    (text,) = neighbours.texts_to("393330000001")
    assert routed.reference in text
    assert await responder.kinds(routed) == ["opened", "acknowledgement_queued", "acknowledged"]
    steps = {step["step"]: step for step in (await responder.complaint(routed))["steps"]}
    assert (steps["acknowledge"]["state"], steps["acknowledge"]["by"]) == ("done", "system")
    assert steps["listen"]["state"] == "open"


async def test_the_same_change_again_sends_nothing_again(responder: RunningResponder, neighbours: Neighbours) -> None:
    routed = RoutedComplaint()
    change = routed.opened()
    await responder.feed(change, change)
    await responder.feed(change)
    await responder.acknowledged(routed)
    await responder.feed(change)
    assert len(neighbours.texts_to("393330000001")) == 1


async def test_a_mail_is_answered_in_its_thread(
    responder: RunningResponder, neighbours: Neighbours, mail_sink: MailSink
) -> None:
    neighbours.connect(
        "mail", "email", {"addresses": ["care@acme.test"], "from": "care@acme.test", "relay_url": mail_sink.url}, {}
    )
    routed = RoutedComplaint(
        account="mail", channel="email", to="anna@example.test", thread={"message_id": "<a@example.test>"}
    )
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    (mail,) = mail_sink.mails
    assert mail["In-Reply-To"] == "<a@example.test>"
    assert mail["Auto-Submitted"] == "auto-replied"
    body = mail.get_body(("plain",))
    assert body is not None
    assert routed.reference in body.get_content()


async def test_a_robot_is_never_answered(responder: RunningResponder, neighbours: Neighbours) -> None:
    routed = RoutedComplaint(automatic="auto_submitted")
    await responder.feed(routed.opened())
    found = await responder.complaint(routed)
    assert found["acknowledgement"]["state"] == "withheld"
    assert found["acknowledgement"]["reason"] == "automatic_mail"
    step = next(step for step in found["steps"] if step["step"] == "acknowledge")
    assert (step["state"], step["reason"]) == ("open", "withheld: automatic_mail")
    assert (await responder.clock(routed, "acknowledge"))["state"] == "cancelled"
    assert neighbours.sent == []


async def test_where_there_is_no_way_back_it_is_said(responder: RunningResponder) -> None:
    routed = RoutedComplaint(to=None, decision=decided(queue="refunds"))
    await responder.feed(routed.opened())
    assert (await responder.complaint(routed))["acknowledgement"]["reason"] == "no_reply_address"
    [listed] = (await responder.http.get("/v1/complaints", params={"queue": "refunds"})).json()["items"]
    assert listed["acknowledgement"] == {"state": "withheld", "reason": "no_reply_address"}
    health = (await responder.http.get("/v1/queue-health")).json()
    counted = {q["queue"]: (q["open"], q["acknowledgements_withheld"]) for q in health["queues"]}
    assert counted["refunds"] == (1, 0), "none was owed, so none was withheld from anybody"
    refused = await responder.post(routed, "replies", {"text": "Hello"})
    assert refused.status_code == 409


async def test_one_automatic_message_per_sender_and_thread_a_day(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    thread = {"references": "<root@example.test> <b@example.test>", "message_id": "<c@example.test>"}
    first, second, other = (
        RoutedComplaint(thread=thread),
        RoutedComplaint(thread=thread | {"message_id": "<d@example.test>"}),
        RoutedComplaint(thread={"message_id": "<e@example.test>"}),
    )
    await responder.feed(first.opened(), second.opened())
    await responder.feed(other.opened())
    await responder.acknowledged(first)
    await responder.acknowledged(other)
    assert (await responder.complaint(second))["acknowledgement"]["reason"] == "acknowledged_lately"
    assert len(neighbours.texts_to("393330000001")) == 2


async def test_an_incomplete_acknowledgement_is_withheld_told_and_counted(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    # Nothing is known in the taxonomy of this problem's words: a template that has to name a date cannot.
    rulebook = responder.assembled.parts.desk.promises.rulebook
    sources = dict(rulebook.templates.sources)
    broken = {key: "Thank you." if key[1].startswith("acknowledgement") else text for key, text in sources.items()}
    object.__setattr__(rulebook.templates, "sources", broken)
    try:
        routed = RoutedComplaint(decision=decided(queue="refunds"))
        await responder.feed(routed.opened())
    finally:
        object.__setattr__(rulebook.templates, "sources", sources)
    found = await responder.complaint(routed)
    assert found["acknowledgement"]["state"] == "withheld"
    assert "reference_missing" in found["acknowledgement"]["reason"]
    assert (await responder.clock(routed, "acknowledge"))["state"] == "running"
    health = (await responder.http.get("/v1/queue-health")).json()
    assert {q["queue"]: q["acknowledgements_withheld"] for q in health["queues"]}["refunds"] == 1
    told = await responder.rows("SELECT body FROM responder.outbox")
    assert any(b'"acknowledgement_withheld"' in row.body for row in told)
    assert neighbours.sent == []


async def test_a_vendor_that_fails_is_tried_again_and_one_that_refuses_is_not(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    neighbours.vendor = lambda calls: 503 if calls < 2 else 200
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    outcomes = await responder.rows("SELECT outcome FROM responder.outbound_attempts ORDER BY attempt")
    assert [row.outcome for row in outcomes] == ["later", "sent"]
    neighbours.vendor = lambda _calls: 400
    refused = RoutedComplaint(to="393330000002")
    await responder.feed(refused.opened())

    async def failed() -> bool:
        return bool((await responder.complaint(refused))["acknowledgement"]["state"] == "failed")

    await until("failed", failed)
    assert (await responder.clock(refused, "acknowledge"))["state"] == "running"


async def test_the_trace_goes_on_to_the_vendor_and_to_what_is_told(responder: RunningResponder) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    routed = RoutedComplaint()
    await responder.feed(routed.opened(), traceparent=f"00-{trace}-b7ad6b7169203331-01")
    await responder.acknowledged(routed)
    queued = await responder.rows("SELECT traceparent FROM responder.outbound")
    told = await responder.rows("SELECT traceparent FROM responder.outbox")
    assert [row.traceparent.split("-")[1] for row in [*queued, *told]] == [trace, trace]


async def test_a_robots_answer_is_kept_and_changes_nothing_else(responder: RunningResponder) -> None:
    routed = RoutedComplaint(thread={"message_id": "first"})
    await responder.feed(routed.opened())
    await responder.post(routed, "resolve", {"outcome": "upheld", "root_cause": "carrier"})
    routed.thread = {"message_id": "robot"}
    await responder.feed(routed.joined(automatic="auto_submitted"))
    assert (await responder.complaint(routed))["state"] == "resolved"
    assert (await responder.kinds(routed))[-1] in ("message", "acknowledged")
    (row,) = await responder.rows("SELECT reply->'thread'->>'message_id' AS thread FROM responder.work")
    assert row.thread == "first"
    await responder.feed(routed.joined())
    assert (await responder.complaint(routed))["state"] == "open"


async def test_an_answer_never_goes_to_another_contact_point(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = RoutedComplaint()
    await responder.feed(routed.opened())
    await responder.acknowledged(routed)
    routed.to = "393330000666"
    await responder.feed(routed.joined())
    await responder.post(routed, "replies", {"text": "To whom?"})

    async def sent() -> bool:
        return len(neighbours.sent) == 2

    await until("sent", sent)
    assert neighbours.texts_to("393330000666") == []
