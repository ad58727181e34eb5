"""What every channel owes that follows a vendor's list: nothing lost, nothing doubled, nobody hammered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared.channel.errors import DeliveryError, DeliveryMalformed
from shared.channel_registry import registry
from shared.faults import TryLater
from shared.vendor import following
from tests.contract.channels.poller import Follower, VendorsList, vendors_list
from tests.contract.channels.specimen import Specimen
from tests.contract.channels.vendor import Call, Said

pytestmark = pytest.mark.concerns("listed")


@pytest.fixture
def served(specimen: Specimen) -> Iterator[VendorsList]:
    with vendors_list(specimen) as running:
        yield running


async def _connected(served: VendorsList) -> Follower:
    """Return a follower whose account has been connected, with one old entry that stays out."""
    served.write(0, ago=timedelta(days=60))
    follower = Follower(served)
    follower.clock.instant -= timedelta(days=3)
    await follower.until(lambda: True)
    assert follower.taken == []
    follower.clock.instant += timedelta(days=3)
    return follower


def _complaints(*numbers: int) -> list[str]:
    return [f"Complaint {number}" for number in numbers]


async def test_what_was_there_before_stays_out_and_what_comes_is_taken(served: VendorsList) -> None:
    follower = await _connected(served)
    served.write(1)
    served.write(2)
    await follower.until(lambda: len(follower.taken) == 2)
    assert follower.texts() == _complaints(1, 2)
    await follower.until_asked(2)
    assert len(follower.taken) == 2


async def test_days_of_outage_are_caught_up_with_page_by_page_from_wherever_it_was_cut(served: VendorsList) -> None:
    follower = await _connected(served)
    for number in range(1, 11):
        served.write(number, ago=timedelta(hours=50 - 5 * number))
    await follower.until(lambda: len(follower.taken) == 3)
    first = served.vendor.calls[-1]
    await follower.until(lambda: len(follower.taken) == 6)  # the process died meanwhile, and goes on
    assert served.vendor.calls[-1].path != first.path
    await follower.until(lambda: len(follower.taken) == 10)
    assert sorted(follower.texts()) == sorted(_complaints(*range(1, 11)))
    assert max(follower.batches) == 3


async def test_a_page_that_changes_while_it_is_read_loses_and_doubles_nothing(served: VendorsList) -> None:
    follower = await _connected(served)
    for number in range(1, 9):
        served.write(number)

    def change(_call: Call, mark: str | None) -> Said | None:
        if mark == "3" and len(served.entries) == 9:
            served.write(9)
            served.write(10)
        elif mark == "6":
            served.remove(9)
            served.remove(10)
            served.remove(8)
        return None

    served.before = change
    await follower.until(lambda: set(_complaints(*range(1, 9))) <= set(follower.texts()))
    assert len(follower.taken) == len(follower.texts())


async def test_a_vendor_that_has_forgotten_where_we_were_is_asked_from_the_top(served: VendorsList) -> None:
    follower = await _connected(served)
    for number in range(1, 8):
        served.write(number)
    await follower.until(lambda: len(follower.taken) == 3)
    forgotten: list[str] = []

    def forget(_call: Call, mark: str | None) -> Said | None:
        if mark is not None and not forgotten:
            forgotten.append(mark)
            return 400, {}, b"{}"
        return None

    served.before = forget
    await follower.until(lambda: len(follower.texts()) == 7)
    assert forgotten == ["3"]
    assert len(follower.taken) == 7


async def test_what_its_author_changes_is_told(served: VendorsList, specimen: Specimen) -> None:
    assert specimen.listing is not None
    if not specimen.listing.edits:
        return
    follower = await _connected(served)
    served.write(1)
    served.write(2)
    await follower.until(lambda: len(follower.taken) == 2)
    served.edit(1, "It came in the end")
    await follower.until(lambda: len(follower.taken) == 3)
    receives = registry()[served.account.channel].receives
    assert receives is not None
    first = receives.parse(follower.taken[0], served.account).messages[0]
    (change,) = receives.parse(follower.taken[2], served.account).changes
    assert (change.kind, change.target) == ("edit", first.provider_message_id)
    assert change.conversation == first.conversation
    assert "It came in the end" in change.text
    served.edit(1, "It broke at once")
    await follower.until(lambda: len(follower.taken) == 4)
    (again,) = receives.parse(follower.taken[3], served.account).changes
    assert (again.target, again.provider_message_id != change.provider_message_id) == (change.target, True)


async def test_a_vendor_that_says_how_long_is_waited_for(served: VendorsList, monkeypatch: pytest.MonkeyPatch) -> None:
    follower = await _connected(served)
    served.write(1)
    rests: list[tuple[int, timedelta]] = []

    async def rest(duration: timedelta) -> None:
        rests.append((len(served.vendor.calls), duration))
        await asyncio.sleep(0)

    monkeypatch.setattr(following, "_rest", rest)
    asked = len(served.vendor.calls)

    def busy(_call: Call, _mark: str | None) -> Said | None:
        return (429, {"retry-after": "77"}, b"{}") if len(served.vendor.calls) == asked + 1 else None

    served.before = busy
    await follower.until(lambda: len(follower.taken) == 1)
    assert rests == [(asked + 1, timedelta(seconds=77))]


@pytest.mark.parametrize("said", [(503, b""), (429, b""), (200, b"<html>"), (200, b"5"), (200, b'{"data": [')])
async def test_a_bad_moment_is_no_empty_page(served: VendorsList, said: tuple[int, bytes]) -> None:
    follower = await _connected(served)
    served.write(1)
    cursor = follower.cursor
    served.before = lambda _call, _mark: (said[0], {}, said[1])
    with pytest.raises(TryLater):
        await follower.until(lambda: False)
    assert (follower.taken, follower.cursor) == ([], cursor)
    served.before = lambda _call, _mark: None
    await follower.until(lambda: len(follower.taken) == 1)


async def test_credentials_that_are_refused_are_somebodys_to_mend(served: VendorsList) -> None:
    follower = Follower(served)
    served.before = lambda _call, _mark: (401, {}, b"{}")
    with pytest.raises(DeliveryError, match="401"):
        await follower.until(lambda: False)


async def test_an_item_that_cannot_be_read_is_kept_once_and_its_neighbours_are_filed(
    served: VendorsList, specimen: Specimen
) -> None:
    follower = await _connected(served)
    served.write(1)
    served.write(2)
    assert specimen.listing is not None
    headers, body = specimen.listing.page(served.entries[:2], None)
    named = specimen.listing.page(served.entries[:1], None)[1]
    own = next(word for word in (b'"1"', b'"id-1"', b"1") if word in body and word not in named)
    served.before = lambda _call, _mark: (200, headers, body.replace(own, b"null", 1))
    await follower.until(lambda: "Complaint 2" in follower.texts())
    taken = len(follower.taken)
    await follower.until_asked(2)
    assert len(follower.taken) == taken == 2
    receives = registry()[served.account.channel].receives
    assert receives is not None
    unread = []
    for delivery in follower.taken:
        try:
            receives.parse(delivery, served.account)
        except DeliveryMalformed as error:
            unread.append(error)
    assert len(unread) == 1
