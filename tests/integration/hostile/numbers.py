"""Numbers of accounts, cards, tax and telephones that pass their checks and are nobody's."""

from __future__ import annotations

import secrets
import string


def digits(count: int) -> str:
    """Return so many digits."""
    return "".join(secrets.choice(string.digits) for _ in range(count))


def card() -> str:
    """Return the number of a payment card whose last digit is right."""
    number = f"4929{digits(11)}"
    doubled = [2 * int(one) - 9 * (int(one) > 4) for one in number[::-2]]
    return number + str(-(sum(map(int, number[-2::-2])) + sum(doubled)) % 10)


def iban() -> str:
    """Return an account of Italy whose check digits are right."""
    account = f"X{digits(22)}"
    plain = "".join(str(int(one, 36)) for one in f"{account}IT00")
    return f"IT{98 - int(plain) % 97:02}{account}"


def tax_code() -> str:
    """Return what is built as an Italian tax code is."""
    letters = "".join(secrets.choice(string.ascii_uppercase) for _ in range(6))
    return f"{letters}{digits(2)}H{digits(2)}Z{digits(3)}W"


def telephone() -> str:
    """Return a mobile number."""
    return f"+39347{digits(7)}"
