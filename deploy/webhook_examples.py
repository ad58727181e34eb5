"""Examples of what other systems are told, one for each type: for the documents, and for whoever tests a receiver."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from services.responder.domain.entries import Entry, EntryKind
from services.responder.domain.fold import apply_all
from services.responder.domain.opening import Opening, open_work
from services.responder.domain.terms import terms_of
from services.responder.domain.webhook_bodies import TYPES, narrative, told
from services.responder.domain.work import WorkState
from shared.contracts.parts import Because, Decision
from shared.contracts.webhooks import (
    SUBSCRIPTION_PAUSED,
    TEST,
    PausedSubscription,
    SubscriptionPausedWebhook,
    SubscriptionTestWebhook,
    SubscriptionUnderTest,
)
from shared.ids import event_id
from shared.rulebook.load import Rulebook

_COMPLAINT: Final = UUID("0d6a3c1b-7e01-5d6e-9a3c-5d1f6f0e5a0c")
_SUBSCRIPTION: Final = UUID("0d6a3c1b-7e01-4d6e-9a3c-5d1f6f0e5a0d")
_OUTBOUND: Final = "0d6a3c1b-7e01-5d6e-9a3c-5d1f6f0e5a0e"
_MESSAGE: Final = "0d6a3c1b-7e01-5d6e-9a3c-5d1f6f0e5a0f"
_RECEIVED: Final = datetime.fromisoformat("2026-11-23T09:30:00+00:00")


def examples(rulebook: Rulebook) -> dict[str, list[dict[str, Any]]]:
    """Return bodies by their type, computed as the responder computes them; `resolved` also with narrative."""
    decision = _decision(rulebook)
    state, entries = _opened(rulebook, decision)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in (*entries, *_life(state)):
        state = entries_state = apply_all(state, [entry]) if entry.seq > state.seq else state
        if entry.kind not in TYPES:
            continue
        body = told(
            entry,
            entries_state,
            event_id=event_id("webhook", _COMPLAINT, entry.seq),
            complaint_id=_COMPLAINT,
            decision=decision,
        )
        found.setdefault(body.type, []).append(msgspec.to_builtins(body))
        if entry.kind == "resolved":
            data = msgspec.structs.replace(body.data, narrative=narrative(entry, text=None))
            found[body.type].append(msgspec.to_builtins(msgspec.structs.replace(body, data=data)))
    return found | {body["type"]: [body] for body in _about_subscriptions()}


def _decision(rulebook: Rulebook) -> Decision:
    return Decision(
        queue="logistics",
        playbook="latte",
        priority="P2",
        policy="retail.default",
        category="delivery",
        subcategory="late",
        severity="S3",
        language="it",
        signals=("reach",),
        rulebook=rulebook.version,
        because=Because(rule="late-delivery", condition="category == 'delivery'", facts={"category": "delivery"}),
    )


def _opened(rulebook: Rulebook, decision: Decision) -> tuple[WorkState, tuple[Entry, ...]]:
    opening = Opening(
        reference="7KQ2MXW4A",
        account="shop",
        channel="email",
        received_at=_RECEIVED,
        queue=decision.queue,
        playbook=decision.playbook,
        policy=decision.policy,
        priority=decision.priority,
        category=decision.category,
        subcategory=decision.subcategory,
        severity=decision.severity,
        language=decision.language,
        rulebook=decision.rulebook,
        segment="consumer",
        internal=False,
        automatic=None,
        public=False,
        outcome_sought=None,
        message_id=_MESSAGE,
        routed_sequence=1,
    )
    terms = terms_of(rulebook.policies[decision.policy], rulebook.calendars, calendar=None)
    entries = open_work(opening, terms=terms, steps=rulebook.playbooks[decision.playbook].steps, now=_RECEIVED)
    return apply_all(None, entries), entries


def _life(state: WorkState) -> list[Entry]:
    """Return one entry of every kind that is told, in an order that a complaint could have."""
    resolve, first = state.clocks["resolve"], state.clocks["first_response"]
    moved = {
        "due_at": _written(resolve.due_at + timedelta(days=3)),
        "at_risk_at": _written(resolve.at_risk_at + timedelta(days=3)),
    }
    sent = {"outbound_id": _OUTBOUND, "provider_message_id": "<7kq2mxw4a@acme.example>"}
    fired: dict[str, Any] = {"clock": first.kind, "round": first.round}
    told_by: list[tuple[EntryKind, str, dict[str, Any]]] = [
        ("acknowledgement_withheld", "system", {"reasons": ["no_reference"], "cancels": []}),
        ("acknowledgement_failed", "system", sent | {"reason": "bounced", "was_sent": False}),
        ("acknowledged", "system", sent | {"channel": "email", "clocks": {}}),
        ("acknowledgement_delivered", "system", {"outbound_id": _OUTBOUND}),
        ("transferred", "key:lead", {"queue": "billing", "previous_queue": "logistics", "reason": "wrong queue"}),
        ("recategorised", "key:lead", {
            "category": "billing", "subcategory": None, "severity": "S3", "priority": "P2",
            "previous_category": "delivery", "reason": "misread",
        }),
        ("claimed", "key:anna", {"owner": "key:anna"}),
        ("released", "key:anna", {"owner": "key:anna"}),
        ("waiting", "key:anna", {"reason": "asked for the number", "until": _written(_RECEIVED + timedelta(days=2))}),
        ("message", "customer", {"message_id": _MESSAGE, "routed_sequence": 2}),
        ("resumed", "customer", {"reason": "customer_wrote", "clocks": {}}),
        ("extended", "key:anna", {
            "clock": resolve.kind, "reason": "the supplier", "previous_due_at": _written(resolve.due_at), **moved,
        }),
        ("rebased", "system", {"clock": resolve.kind, "reason": "a holiday was announced", **moved}),
        ("at_risk", "system", fired),
        ("breached", "system", fired),
        ("reply_sent", "system", sent | {"final": False, "clocks": {}}),
        ("undelivered", "system", {"outbound_id": _OUTBOUND, "reason": "mailbox full"}),
        ("step", "key:anna", {"step": state.steps[0].step, "state": "done", "evidence": "photo 12", "reason": None}),
        ("resolved", "key:anna", {
            "outcome": "upheld", "root_cause": "packaging", "redress": ["spare_part"], "summary": "Sent the hinge.",
            "clocks": {}, "cancels": [],
        }),
        ("reopened", "key:anna", {"reason": "not_fixed", "clocks": {}}),
        ("closed", "key:anna", {"cancels": []}),
    ]  # fmt: skip
    return [
        Entry(seq=seq, at=_RECEIVED + timedelta(minutes=7 * seq), kind=kind, by=by, data=data)
        for seq, (kind, by, data) in enumerate(told_by, state.seq + 1)
    ]


def _about_subscriptions() -> list[dict[str, Any]]:
    name = event_id("webhook paused", _SUBSCRIPTION)
    paused = SubscriptionPausedWebhook(
        type=SUBSCRIPTION_PAUSED,
        timestamp=_RECEIVED + timedelta(days=3),
        data=PausedSubscription(
            event_id=name,
            subscription_id=_SUBSCRIPTION,
            title="CRM",
            reason="failing",
            failing_since=_RECEIVED,
            cause="timeout",
        ),
    )
    tested = SubscriptionTestWebhook(
        type=TEST,
        timestamp=_RECEIVED,
        data=SubscriptionUnderTest(event_id=name, subscription_id=_SUBSCRIPTION, title="CRM"),
    )
    return [msgspec.to_builtins(paused), msgspec.to_builtins(tested)]


def _written(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
