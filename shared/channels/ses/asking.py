"""What has to be asked for: AWS's certificate, the confirmation of a subscription, and mails that wait in S3."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed, SendingFailed
from shared.channel.outbound import Means
from shared.channels.ses.notices import envelope_of, is_mail, notice_in, stored_at
from shared.channels.ses.signature import believed
from shared.clock import Clock, SystemClock
from shared.mail import limits
from shared.vendor.media import fetch_file
from shared.vendor.payloads import read_object
from shared.vendor.sigv4 import AwsKey, signed_headers

CERTIFICATE = "certificate"
_CERTIFICATES, _LARGEST_CERTIFICATE, _LARGEST_ANSWER = 32, 64 * 1024, 64 * 1024


class SesAsks:
    """Asks AWS, and nobody else."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._certificates: OrderedDict[str, str] = OrderedDict()

    async def witness(self, delivery: Delivery, account: Account, means: Means) -> Mapping[str, str]:
        """Return the certificate that the message names; its address changes with it, so that it can be kept."""
        try:
            told = read_object(delivery.body)
        except DeliveryMalformed:
            raise DeliveryForged("the body is no message of SNS's") from None
        url = believed(told, account.settings.topic_arns)
        if url not in self._certificates:
            hosts = (urlsplit(url).netloc,)
            try:
                pem = await fetch_file(
                    means.http, url, headers={}, hosts=hosts, limit=_LARGEST_CERTIFICATE, vendor="SNS"
                )
            except SendingFailed:
                raise DeliveryForged("SigningCertURL leads to nothing") from None
            self._certificates[url] = pem.decode("ascii", "replace")
            while len(self._certificates) > _CERTIFICATES:
                self._certificates.popitem(last=False)
        return {CERTIFICATE: self._certificates[url]}

    async def complete(self, delivery: Delivery, account: Account, means: Means) -> Delivery:
        """Confirm a subscription of a topic that we know; fetch a mail that SES put into the bucket."""
        if is_mail(delivery):
            return delivery
        told = read_object(delivery.body)
        if told.get("Type") == "SubscriptionConfirmation":
            await _confirm(told, account, means)
            return delivery
        notice = notice_in(told)
        if notice is None or (key := stored_at(notice, bucket=account.settings.bucket)) is None:
            return delivery
        raw = await self._fetch(key, account, means)
        return replace(delivery, body=raw, envelope=envelope_of(notice))

    async def _fetch(self, key: str, account: Account, means: Means) -> bytes:
        settings = account.settings
        base = settings.bucket_url or f"https://{settings.bucket}.s3.{settings.region}.amazonaws.com"
        url = f"{base}/{quote(key, safe='/-_.~')}"
        credentials = aws_key(account, "s3", cause=DeliveryMalformed)
        headers = signed_headers("GET", url, key=credentials, now=self._clock.now())
        hosts = (urlsplit(base).netloc, base)
        try:
            return await fetch_file(means.http, url, headers=headers, hosts=hosts, limit=limits.MAIL_BYTES, vendor="S3")
        except SendingFailed as error:
            raise DeliveryMalformed(f"the mail could not be fetched: {error}", cause="not_fetched") from None


async def _confirm(told: Mapping[str, Any], account: Account, means: Means) -> None:
    """Call the address that SNS gave, of the same host as its certificate; it is signed along with the rest."""
    host, url = urlsplit(believed(told, account.settings.topic_arns)).netloc, told.get("SubscribeURL")
    try:
        await fetch_file(means.http, str(url), headers={}, hosts=(host,), limit=_LARGEST_ANSWER, vendor="SNS")
    except SendingFailed as error:
        raise DeliveryMalformed(f"the subscription is not confirmed: {error}", cause="not_confirmed") from None


def aws_key(account: Account, service: str, *, cause: type[Exception]) -> AwsKey:
    """Return the account's key for a service; `cause` is raised without one."""
    secret = account.secret("secret_access_key")
    if not secret:
        raise cause("the account has no secret_access_key")
    settings = account.settings
    return AwsKey(key_id=settings.access_key_id, secret=secret, region=settings.region, service=service)
