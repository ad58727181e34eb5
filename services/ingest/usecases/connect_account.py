"""Connects an account: what the channel needs is there and has the right form, or the answer says what is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from services.ingest.store.accounts import StoredAccount
from services.ingest.usecases.targets import private_targets, secrets_to_give_again
from shared.channel.errors import DeliveryInvalid
from shared.channel.port import Channel
from shared.sealing import Sealer
from shared.text import storable

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_WHERE = re.compile(r" - at `\$(?P<path>.*)`$")
_MOST_VALID = 2


class AccountRefused(DeliveryInvalid):
    """What was given does not make an account; the errors say what to mend."""


def valid_name(name: str) -> bool:
    """Tell whether a name can stand in an address: lower-case letters, digits, dot, dash, underscore."""
    return _NAME.fullmatch(name) is not None


def prepared(
    *,
    account: str,
    channel: Channel,
    title: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str | list[str]],
    enabled: bool,
    before: StoredAccount | None,
    sealer: Sealer,
    allow_private_targets: bool,
    now: datetime,
) -> StoredAccount:
    """Return the account as it is to be stored; a secret that is not given again keeps its value.

    `AccountRefused` also where such a secret would then be sent to another place than before.
    """
    kept = sealer.open(before.sealed_secrets, context=account) if before else {}
    merged = kept | {name: _values(value) for name, value in secrets.items()}
    errors = [*_settings_errors(channel, settings), *_secret_errors(channel, merged)]
    if not allow_private_targets:
        errors += private_targets(settings)
    if before and not errors:
        kept_as_it_was = kept.keys() - secrets.keys()
        errors += secrets_to_give_again(channel, kept=kept_as_it_was, before=before.settings, after=settings)
    if errors:
        raise AccountRefused(tuple(errors))
    return StoredAccount(
        account=account,
        channel=channel.name,
        title=title,
        settings=dict(settings),
        sealed_secrets=sealer.seal(merged, context=account),
        secret_names=tuple(sorted(merged)),
        enabled=enabled,
        created_at=before.created_at if before else now,
        changed_at=now,
    )


def _values(given: str | list[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _settings_errors(channel: Channel, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields = {f.encode_name: f for f in msgspec.structs.fields(channel.settings)}
    errors = [
        (f"/settings/{name}", f"{channel.name} has no such setting; it has {', '.join(fields) or 'none'}")
        for name in settings
        if name not in fields
    ]
    errors += [
        (f"/settings/{name}", f"is missing: {_guide(channel.settings, f.name)}")
        for name, f in fields.items()
        if f.required and name not in settings
    ]
    errors += [
        (f"/settings/{name}", "holds a character that cannot be stored")
        for name, value in settings.items()
        if not _is_storable(value)
    ]
    if errors:
        return errors
    try:
        msgspec.convert(dict(settings), channel.settings)
    except msgspec.ValidationError as error:
        words = str(error)
        where = _WHERE.search(words)
        path = where["path"].replace(".", "/").replace("[", "/").replace("]", "") if where else ""
        return [(f"/settings{path}", _WHERE.sub("", words))]
    return []


def _is_storable(value: Any) -> bool:
    match value:
        case str():
            return storable(value) == value
        case list():
            return all(map(_is_storable, value))
        case dict():
            return all(_is_storable(part) for item in value.items() for part in item)
        case _:
            return True


def _secret_errors(channel: Channel, secrets: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    fields = {f.encode_name: f for f in msgspec.structs.fields(channel.secrets)}
    errors = [
        (f"/secrets/{name}", f"{channel.name} has no such secret; it has {', '.join(fields) or 'none'}")
        for name in secrets
        if name not in fields
    ]
    errors += [
        (f"/secrets/{name}", f"is missing: {_guide(channel.secrets, f.name)}")
        for name, f in fields.items()
        if f.required and not secrets.get(name)
    ]
    errors += [
        (f"/secrets/{name}", f"one value, or at most {_MOST_VALID} while it is being rotated, none of them empty")
        for name, values in secrets.items()
        if name in fields and (len(values) > _MOST_VALID or not all(values))
    ]
    return errors


def _guide(struct: type[msgspec.Struct], name: str) -> str:
    """Return what the channel says of a field, such as where the vendor shows it."""
    schema = msgspec.json.schema(struct)
    definition = schema.get("$defs", {}).get(struct.__name__, schema)
    encoded = {f.name: f.encode_name for f in msgspec.structs.fields(struct)}[name]
    words = definition.get("properties", {}).get(encoded, {}).get("description")
    return str(words) if words else "see the channel's guide"
