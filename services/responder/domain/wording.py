"""How dates, channels and lists are said in the languages that templates are written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language's way of saying what facts alone do not: `channels` are phrases such as "per e-mail"."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: Callable[[str, int, str, int], str]
    short_date: str
    at: str
    channels: Mapping[str, str]
    other_channel: str

    def day(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the local day in full: lunedì 28 dicembre 2026."""
        local = instant.astimezone(zone)
        return self.date(self.weekdays[local.weekday()], local.day, self.months[local.month - 1], local.year)

    def short_day(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the local day where every character counts: 28/12/2026."""
        local = instant.astimezone(zone)
        return self.short_date.format(local.day, local.month, self.months[local.month - 1], local.year)

    def short_day_and_time(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the local day and time where every character counts: 28/12/2026 18:30."""
        return f"{self.short_day(instant, zone)} {instant.astimezone(zone):%H:%M}"

    def day_and_time(self, instant: datetime, zone: ZoneInfo) -> str:
        """Return the local day and the time on the wall."""
        return f"{self.day(instant, zone)}{self.at}{instant.astimezone(zone):%H:%M}"

    def channel(self, name: str) -> str:
        """Return by which way something came, as a phrase that continues a sentence."""
        return self.channels.get(name) or self.other_channel.format(_NAMES.get(name, name.replace("_", " ")))


_NAMES: Final = {
    "telegram": "Telegram", "messenger": "Messenger", "instagram_direct": "Instagram", "line": "LINE", "slack": "Slack",
    "instagram_comments": "Instagram", "trustpilot": "Trustpilot", "google_play": "Google Play",
    "app_store": "App Store", "mastodon": "Mastodon", "bluesky": "Bluesky",
}  # fmt: skip


def _channels(
    mail: str, whatsapp: str, facebook: str, sms: str, form: str, phone: str, chat: str, system: str
) -> dict[str, str]:
    return {
        "email": mail, "imap": mail, "mailgun": mail, "postmark": mail, "sendgrid": mail, "ses": mail,
        "whatsapp": whatsapp, "facebook_page": facebook, "twilio_sms": sms, "vonage_sms": sms, "sms": sms,
        "web_form": form, "phone": phone, "chat": chat, "web_chat": chat,
        "webhook": system, "cloudevents": system, "rest": system,
    }  # fmt: skip


WORDINGS: Final[Mapping[str, Wording]] = {
    "en": Wording(
        weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        months=(
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ),
        date="{0} {1} {2} {3}".format,
        short_date="{0} {2:.3} {3}",
        at=" at ",
        channels=_channels(
            "by e-mail", "on WhatsApp", "on Facebook", "by text message", "through the form on our site", "by phone",
            "in our chat", "through one of our systems",
        ),
        other_channel="through {}",
    ),
    "it": Wording(
        weekdays=("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
        months=(
            "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
            "novembre", "dicembre",
        ),
        date="{0} {1} {2} {3}".format,
        short_date="{0}/{1}/{3}",
        at=" alle ",
        channels=_channels(
            "per e-mail", "su WhatsApp", "su Facebook", "per SMS", "con il modulo del nostro sito", "per telefono",
            "nella nostra chat", "tramite un nostro sistema",
        ),
        other_channel="tramite {}",
    ),
    "fr": Wording(
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        months=(
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre",
        ),
        date="{0} {1} {2} {3}".format,
        short_date="{0}/{1}/{3}",
        at=" à ",
        channels=_channels(
            "par e-mail", "sur WhatsApp", "sur Facebook", "par SMS", "par le formulaire de notre site",
            "par téléphone", "dans notre chat", "par l'un de nos systèmes",
        ),
        other_channel="par {}",
    ),
    "de": Wording(
        weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        months=(
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
            "November", "Dezember",
        ),
        date="{0}, {1}. {2} {3}".format,
        short_date="{0}.{1}.{3}",
        at=", ",
        channels=_channels(
            "per E-Mail", "über WhatsApp", "auf Facebook", "per SMS", "über das Formular unserer Website",
            "am Telefon", "in unserem Chat", "über eines unserer Systeme",
        ),
        other_channel="über {}",
    ),
    "es": Wording(
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre",
        ),
        date="{0} {1} de {2} de {3}".format,
        short_date="{0}/{1}/{3}",
        at=" a las ",
        channels=_channels(
            "por correo electrónico", "por WhatsApp", "en Facebook", "por SMS", "con el formulario de nuestro sitio",
            "por teléfono", "en nuestro chat", "por uno de nuestros sistemas",
        ),
        other_channel="por {}",
    ),
}  # fmt: skip


def wording(language: str) -> Wording:
    """Return the wording of a language, the English one where there is none."""
    return WORDINGS.get(language, WORDINGS["en"])
