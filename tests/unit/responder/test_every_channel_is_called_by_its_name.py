"""An acknowledgement says in the customer's words by which way they wrote: no code of ours, and fit to be sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.responder.domain.acknowledgement import compose_acknowledgement
from services.responder.domain.wording import WORDINGS
from shared.channel_registry import registry
from tests.unit.responder.house import Desk, templates
from tests.unit.responder.test_acknowledgements_say_everything import FORMS, LANGUAGES, facts

NAMES = {"whatsapp": "WhatsApp", "telegram": "Telegram", "messenger": "Messenger", "line": "LINE", "slack": "Slack"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", sorted(registry()))
def test_every_channel_is_called_by_its_name(channel: str, language: str) -> None:
    phrase = WORDINGS[language].channel(channel)
    assert channel.replace("_", " ") not in phrase, "give it a name in services/responder/domain/wording.py"
    assert NAMES.get(channel, "") in phrase
    state = replace(Desk().state, channel=channel)
    for form in FORMS[:2]:
        composed = compose_acknowledgement(facts(language, state), templates=templates(), form=form)
        assert composed.findings == ()
        assert phrase in composed.text
