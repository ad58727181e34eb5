"""How much of one mail is read; over a limit the rest stays in the raw mail and the reading is marked degraded.

The figures come from what the standard parser could not bear: 8,000 addresses took 5 s, 20,000 parts 5 s, a nesting of
1,000 ended in RecursionError.
"""

from __future__ import annotations

HEADER_BLOCK_BYTES = 256 * 1024
HEADER_VALUE_BYTES = 64 * 1024
"""A single field; References of an old thread are the longest honest ones."""
RECIPIENTS = 500
PARTS = 500
DEPTH = 30
NESTED_MESSAGES = 3
ATTACHMENTS = 100
TEXT_BYTES = 4 * 1024 * 1024
"""Of one body part that is decoded as text."""
HTML_CHARACTERS = 1024 * 1024
SUBJECT_CHARACTERS = 1000
NAME_CHARACTERS = 200
MESSAGE_IDS = 50
MAIL_BYTES = 45 * 1024 * 1024
