"""What goes through the pipes between the server and a worker: JSON and pieces of bytes, nothing that could run.

A message is the length of its head (four bytes, big-endian), the head, and the pieces. The head is JSON:
`[content, [length of each piece]]`.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any

Content = dict[str, Any]
Message = tuple[Content, list[bytes]]

LENGTH = struct.Struct('>I')


class Malformed(Exception):
    """What came is no message."""


def encode(content: Content, pieces: Sequence[bytes] = ()) -> list[bytes]:
    """The message in the parts in which it is to be written."""
    head = json.dumps([content, [len(piece) for piece in pieces]]).encode()
    return [LENGTH.pack(len(head)) + head, *pieces]


def decode_head(head: bytes) -> tuple[Content, list[int]]:
    """The content, and the length of each piece that follows. Raises Malformed.

    >>> decode_head(encode({'a': 1}, [b'xy', b''])[0][4:])
    ({'a': 1}, [2, 0])
    """
    try:
        content, lengths = json.loads(head)
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(content, dict) or not isinstance(lengths, list):
        raise Malformed
    if not all(isinstance(length, int) and length >= 0 for length in lengths):
        raise Malformed
    return content, lengths
