"""What connecting an app's reviews on the App Store takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class AppStoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an app's reviews on the App Store."""

    app_id: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,20}$",
            description="The app's Apple ID, a number: App Store Connect > Apps > the app > App Information > General "
            "Information > Apple ID.",
        ),
    ]
    key_id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Z0-9]{1,20}$",
            description="App Store Connect > Users and Access > Integrations > App Store Connect API: Key ID.",
        ),
    ]
    issuer_id: Annotated[
        Annotated[str, Meta(pattern=r"^[0-9a-fA-F-]{36}$")] | None,
        Meta(
            description="The same page: Issuer ID, above the keys of the team. Leave it out for an individual key, "
            "which acts for one person."
        ),
    ] = None
    first_days: Annotated[
        int,
        Meta(
            ge=0,
            le=365,
            description="How many days back reviews count when the account is connected. Apple publishes some a day or "
            "more after they were written: with 0 those would be taken for old.",
        ),
    ] = 2
    most_stars: Annotated[
        int,
        Meta(
            ge=1,
            le=5,
            description="Reviews with more stars than this are counted as ignored. 5 (default): all are taken in.",
        ),
    ] = 5
    interval_seconds: Annotated[
        float,
        Meta(ge=0.05, le=86_400, description="How often to look. Apple takes 3600 questions an hour for a key."),
    ] = 600.0
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Apple's API. Leave it as it is unless you test.",
        ),
    ] = "https://api.appstoreconnect.apple.com"


class AppStoreSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an app's reviews on the App Store."""

    private_key: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2_000,
            description="The whole file AuthKey_....p8 as text: App Store Connect > Users and Access > Integrations > "
            "App Store Connect API > Download, which Apple offers once.",
        ),
    ]
