"""Ids that sort by time."""

import os
import time
import uuid


def uuid7() -> str:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then chance. Python has its own only from 3.14 on."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))
