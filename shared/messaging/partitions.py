"""Which partition a key belongs to: CRC-32 of the key, as librdkafka's `consistent` partitioner has it.

aiokafka's own, Java's murmur2 written in Python, costs forty times as much, a tenth of publishing an event.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def partition_of(key: bytes, partitions: Sequence[int], available: Sequence[int]) -> int:
    """Return the key's partition, whether or not it can be reached now: order within a key comes first."""
    del available
    return partitions[zlib.crc32(key) % len(partitions)]
