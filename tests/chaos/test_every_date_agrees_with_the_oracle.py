"""The whole product of policies, years, zones and changes of clocks: not a date differs; it takes minutes."""

from __future__ import annotations

import pytest

from tests.unit.responder.preset_product import differs, product

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800)]


def test_no_date_of_the_whole_product_differs() -> None:
    compared, found = 0, []
    for case in product():
        compared += 1
        if (difference := differs(case)) is not None:
            found.append(difference)
    assert compared > 30_000
    assert found == []
