"""What connecting Amazon SES takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.mail.hosted import HostedMailSettings

TopicArn = Annotated[str, Meta(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]{4,30}:[0-9]{12}:[A-Za-z0-9_-]{1,256}$")]


class SesSettings(HostedMailSettings, frozen=True, kw_only=True):
    """The settings of an SES identity."""

    topic_arns: Annotated[
        tuple[TopicArn, ...],
        Meta(
            min_length=1,
            max_length=20,
            description="The SNS topics that may deliver here: SNS > Topics > your topic > ARN. Only they are "
            "believed, and only their subscriptions are confirmed.",
        ),
    ]
    region: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9-]{4,30}$",
            description="The region of SES, as in the console's address: eu-west-1, say.",
        ),
    ]
    access_key_id: Annotated[
        str,
        Meta(
            pattern=r"^[A-Z0-9]{16,128}$",
            description="IAM > Users > the user for Ascolto > Security credentials > Create access key: Access key.",
        ),
    ]
    bucket: Annotated[
        Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None,
        Meta(
            description="The S3 bucket that the receipt rule puts mails into: without one, mails over 150 KB go back "
            "to their senders.",
        ),
    ] = None
    configuration_set: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None,
        Meta(
            description="SES > Configuration sets: the one whose event destination is a topic of topic_arns. Without "
            "it nothing is told of what became of answers.",
        ),
    ] = None
    api_base_url: Annotated[
        Annotated[str, Meta(pattern=r"^https?://[^\s/]+$", max_length=500)] | None,
        Meta(description="SES's API; leave it out unless you test. It follows from the region."),
    ] = None
    bucket_url: Annotated[
        Annotated[str, Meta(pattern=r"^https?://[^\s/]+$", max_length=500)] | None,
        Meta(description="The bucket's address; leave it out unless you test. It follows from bucket and region."),
    ] = None


class SesSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an SES identity."""

    secret_access_key: Annotated[
        str,
        Meta(
            min_length=16,
            max_length=200,
            description="IAM, beside the access key, shown once: Secret access key. The user needs ses:SendEmail, "
            "ses:GetAccount and, with a bucket, s3:GetObject.",
        ),
    ]
