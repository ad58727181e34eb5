"""The pages of the form, filled in: HTML without scripts, with the policy that forbids any."""

from __future__ import annotations

import base64
import hashlib
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from shared.channel.account import Account
from shared.channels.web_form.inbound import HONEYPOT, LIMITS
from shared.contracts.complaint import BYTES_LIMIT, FILE_LIMIT, TEXT_LIMIT

_PAGES = Path(__file__).parent / "pages"
_ERRORS = ("text", "email", "phone", "name", "order_reference", "outcome_sought", "attachments", HONEYPOT)


def new_nonce() -> str:
    """Return a fresh name for one filling-in of the form."""
    return secrets.token_urlsafe(18)


def choose_language(account: Account, *, asked: str | None, accepted: str = "") -> str:
    """Return the asked language where the account has it, else the first of Accept-Language, else its first."""
    ours: Sequence[str] = account.settings.languages
    wishes = [asked or "", *(part.partition(";")[0].strip() for part in accepted.split(","))]
    return next((w for w in (wish[:2].lower() for wish in wishes) if w in ours), ours[0])


def render_form(
    account: Account,
    *,
    language: str,
    nonce: str,
    values: Mapping[str, str] | None = None,
    errors: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the page with the form, what was typed in before, and what is to be mended (JSON pointers)."""
    return _render(
        "form.html.j2",
        account,
        language=language,
        values=values or {},
        wrong=_wrong_fields(errors),
        nonce=nonce,
        limits={**LIMITS, "text": TEXT_LIMIT, "files": FILE_LIMIT, "mib": BYTES_LIMIT // 1024**2},
        honeypot=HONEYPOT,
    )


def render_thanks(
    account: Account, *, language: str, reference: str, status_token: str, email: str | None = None
) -> str:
    """Return the page that tells the reference, what happens next, and how to follow it."""
    return _render(
        "thanks.html.j2",
        account,
        language=language,
        reference=reference,
        status_token=status_token,
        email=email,
        nonce=None,
        wrong={},
    )


def security_policy(account: Account) -> str:
    """Return the Content-Security-Policy of these pages: their own style, no script, only the allowed frames."""
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    frames = " ".join(account.settings.allowed_origins) or "'none'"
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
    )


def _wrong_fields(errors: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The fields to mend in the order of the page; a pointer to none of them speaks of the whole form."""
    named = {pointer.split("/")[1] if pointer.startswith("/") else "" for pointer, _ in errors}
    wrong = {name: name for name in _ERRORS if name in named}
    return wrong if wrong or not named else {"form": "form"}


def _render(template: str, account: Account, *, language: str, **facts: Any) -> str:
    chosen = language if language in account.settings.languages else account.settings.languages[0]
    return (
        _environment()
        .get_template(template)
        .render(
            title=account.settings.title,
            languages=[(code, _words(code)["language"]) for code in account.settings.languages],
            language=chosen,
            t=_words(chosen),
            style=_style(),
            **facts,
        )
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((_PAGES / f"{language}.toml").read_text(encoding="utf-8"))


@cache
def _style() -> str:
    return (_PAGES / "style.css").read_text(encoding="utf-8")
