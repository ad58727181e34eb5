"""Which partition a key belongs to: CRC-32 of the key, as librdkafka's `consistent` partitioner has it.

aiokafka's own, Java's murmur2 written in Python, costs forty times as much, a tenth of publishing an event.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def partition_of(key: bytes, partitions: Sequence[int]) -> int:
    """Return the partition of a key among all that the topic has, in their order."""
    return partitions[zlib.crc32(key) % len(partitions)]
