"""What the router decides by is what the responder promises by, also for the decision that comes first."""

from __future__ import annotations

from shared.rulebook.bundle import loaded_from
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, until
from tests.support.rulebook_editions import edition


def _with_policy(version: str, policy: str) -> dict[str, str]:
    files = edition(version)
    terms = files["policies/retail.default.yaml"].replace("policy: retail.default", f"policy: {policy}")
    return files | {f"policies/{policy}.yaml": terms}


async def test_a_published_rulebook_is_followed_within_two_seconds(responder: RunningResponder) -> None:
    promises = responder.assembled.parts.desk.promises
    files = _with_policy("next", "winter")
    version = loaded_from(files).version
    responder.neighbours.rulebook = {"version": version, "files": files}

    async def followed() -> bool:
        return promises.rulebook.version == version

    await until("followed", followed, within_s=2.0)
    assert "winter" in promises.rulebook.policies


async def test_the_first_decision_by_a_new_rulebook_is_not_refused(responder: RunningResponder) -> None:
    files = _with_policy("first", "winter")
    version = loaded_from(files).version
    responder.neighbours.rulebook = {"version": version, "files": files}
    complaint = RoutedComplaint(decision=decided(policy="winter", rulebook=version))
    await responder.feed(complaint.opened())
    assert (await responder.complaint(complaint))["policy"] == "winter"


async def test_a_late_decision_by_the_rulebook_before_is_kept_to(responder: RunningResponder) -> None:
    promises = responder.assembled.parts.desk.promises
    before, after = (loaded_from(files) for files in (_with_policy("before", "winter"), edition("after")))
    promises.take(before)
    promises.take(after)
    late = RoutedComplaint(decision=decided(policy="winter", rulebook=before.version))
    await responder.feed(late.opened())
    assert (await responder.complaint(late))["policy"] == "winter"


async def test_what_cannot_be_read_here_leaves_the_present_rulebook(responder: RunningResponder) -> None:
    promises = responder.assembled.parts.desk.promises
    held = promises.rulebook
    responder.neighbours.rulebook = {"version": "broken", "files": {"rulebook.yaml": "version: [", "rules.yaml": ""}}
    complaint = RoutedComplaint(decision=decided(rulebook="broken"))
    await responder.feed(complaint.opened())
    assert promises.rulebook is held
    assert (await responder.complaint(complaint))["state"] == "open"
