"""What can start a clock and what can meet it, and how sure a figure is."""

from __future__ import annotations

from typing import Final, Literal, get_args

Evidence = Literal["P", "S", "M", "D"]

EVIDENCE: Final[dict[Evidence, str]] = {
    "P": "primary text seen",
    "S": "from a secondary source",
    "M": "from memory, unverified",
    "D": "a default of ours",
}
"""What each mark means, as it is shown."""

Noticed = Literal["received", "acknowledged", "human_message", "final_message", "resolved", "previous_update"]
"""What the responder notices by itself."""

Told = Literal[
    "sent_to_company", "conciliation_request", "conciliation_ended", "decision_notified", "adr_body_contact",
    "adr_body_answered", "investigation_completed", "forwarded", "signposted",
]  # fmt: skip
"""What a person or an integration has to tell."""

Start = Noticed | Told
"""What can start a clock."""

Happening = (
    Literal["acknowledged", "human_message", "final_message", "resolved"] | Told | Literal["nothing"]
)  # fmt: skip
"""What can meet a clock; `nothing` for a window of the customer's, which only closes."""

TOLD: Final[tuple[Told, ...]] = get_args(Told)
AT_THE_END: Final = ("final_message", "resolved")


def unverified(evidence: str) -> bool:
    """Tell whether a figure must be shown as unverified."""
    return evidence == "M"
