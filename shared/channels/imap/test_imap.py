"""The mailbox, against a real IMAP server."""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import aclosing
from uuid import uuid4

from shared.channels.imap import channel, polling
from shared.channels.imap.connection import mailbox_name
from shared.channels.imap.cursor import resume
from shared.channels.imap.mailbox import Standing, _set
from tests.support.imap_server import ImapServer
from tests.support.mailbox_follower import CLOCK, MEANS, NOW, WITHIN_S, Follower, account_of, mail, numbers
from tests.support.waiting import until


async def test_two_hundred_mails_are_caught_up_with_in_batches_and_each_once(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, *(mail(n) for n in range(200)))
    follower = Follower(account_of(server, mailbox))
    await follower.until(200)
    assert numbers(follower.taken) == list(range(200))
    assert max(follower.batches) == polling._BATCH_MAILS
    delivery = follower.taken[7]
    assert delivery.body == mail(7)
    assert delivery.envelope["mailbox"] == mailbox
    assert delivery.received_at == NOW
    again = Follower(follower.account, cursor=follower.cursor)
    await again.for_a_while(1.5)
    assert again.taken == []


async def test_a_new_mail_is_announced_without_waiting_for_the_interval(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1))
    follower = Follower(account_of(server, mailbox, interval_seconds=600))
    await follower.until(1)
    following = asyncio.create_task(follower.until(2))
    await asyncio.sleep(1)
    await asyncio.to_thread(server.append, mailbox, mail(2))
    await asyncio.wait_for(following, 10)
    assert numbers(follower.taken) == [1, 2]


async def test_nothing_is_marked_as_seen_before_it_was_committed(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1), mail(2))
    polls = channel.polls
    assert polls is not None
    async with aclosing(polls.watch(account_of(server, mailbox), cursor=None, clock=CLOCK, means=MEANS)) as batches:
        async with asyncio.timeout(WITHIN_S):
            while not (await anext(batches)).deliveries:
                pass
            assert await asyncio.to_thread(server.seen, mailbox) == 0
            following = asyncio.ensure_future(anext(batches))  # the batch is committed: go on
            await asyncio.to_thread(until, "both are marked", lambda: server.seen(mailbox) == 2)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def test_a_mailbox_may_be_left_as_it_is(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1))
    follower = Follower(account_of(server, mailbox, mark_seen=False))
    await follower.until(1)
    again = Follower(follower.account, cursor=follower.cursor)
    await again.for_a_while(1)
    assert (again.taken, server.seen(mailbox)) == ([], 0)


async def test_at_the_first_connection_only_unread_mail_counts(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1), seen=True)
    server.append(mailbox, mail(2))
    server.append(mailbox, mail(3), mail(4), seen=True)
    follower = Follower(account_of(server, mailbox))
    await follower.for_a_while(1.5)
    assert numbers(follower.taken) == [2]
    # From now on a mail counts although somebody has read it first.
    server.append(mailbox, mail(5), seen=True)
    await follower.until(2)
    assert numbers(follower.taken) == [2, 5]


async def test_a_crash_before_the_commit_fetches_the_batch_again(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, *(mail(n) for n in range(60)))
    first = Follower(account_of(server, mailbox))
    await first.until(50)
    crashed = Follower(first.account, cursor=first.cursor)
    await crashed.until(10)
    again = Follower(first.account, cursor=first.cursor)
    await again.until(10)
    assert numbers(again.taken) == numbers(crashed.taken) == list(range(50, 60))


async def test_a_mailbox_made_anew_is_read_again_and_the_mails_keep_their_names(
    server: ImapServer, mailbox: str
) -> None:
    server.append(mailbox, mail(1), mail(2), seen=True)
    server.append(mailbox, mail(3))
    follower = Follower(account_of(server, mailbox))
    await follower.until(1)
    with server.client("INBOX") as client:
        client.rename(mailbox, f"{mailbox}-old")
    await asyncio.sleep(1.1)  # the server makes UIDVALIDITY out of the time
    server.append(mailbox, mail(3), mail(4), seen=True)
    await follower.until(3)
    assert sorted(numbers(follower.taken)) == [3, 3, 4]
    receives = channel.receives
    assert receives is not None
    names = [receives.parse(d, follower.account).messages[0].provider_message_id for d in follower.taken]
    assert len(set(names)) == 2


async def test_a_mailbox_is_followed_over_tls(server: ImapServer, mailbox: str) -> None:
    server.append(mailbox, mail(1))
    follower = Follower(account_of(server, mailbox, port=server.tls_port, tls=True))
    await follower.until(1)
    assert numbers(follower.taken) == [1]


async def test_a_mailbox_with_letters_beyond_ascii_is_found(server: ImapServer) -> None:
    name = f"Qualità & reclami {uuid4().hex[:6]}"
    assert mailbox_name("Qualità & più") == b'"Qualit&AOA- &- pi&APk-"'
    encoded = mailbox_name(name).decode()
    server.append(encoded, mail(1))
    follower = Follower(account_of(server, name))
    await follower.until(1)
    assert numbers(follower.taken) == [1]


def test_a_new_uidvalidity_starts_over_from_the_day_of_the_first_connection() -> None:
    first = resume(None, Standing(1, 11), today=dt.date(2026, 3, 1))
    assert first.searches(Standing(1, 11)) == [("UID", "1:10", "UNSEEN")]
    kept = first.after(10).after(14).stored()
    assert resume(kept, Standing(1, 20), today=NOW.date()).searches(Standing(1, 20)) == [("UID", "15:*")]
    assert resume(kept, Standing(1, 15), today=NOW.date()).searches(Standing(1, 15)) == []
    anew = resume(kept, Standing(2, 5), today=NOW.date())
    assert anew.searches(Standing(2, 6)) == [("UID", "1:4", "SINCE", "28-Feb-2026"), ("UID", "5:*")]


def test_uids_are_written_as_ranges() -> None:
    assert _set([1, 2, 3, 7, 9, 10]) == "1:3,7,9:10"
