"""Ids of takes and sessions: they sort by time, and two rigs never give the same."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta

from drivers.clock import Clock
from rig.errors import UserError

ID = re.compile(r"\d{8}-\d{6}-\d{3}-[0-9a-z]{4}")
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id(wall_ns: int) -> str:
    """An id such as 20261122-173455-123-k3f9: UTC to the millisecond, and four random letters."""
    when = _EPOCH + timedelta(milliseconds=wall_ns // 1_000_000)
    letters = "".join(secrets.choice(_LETTERS) for _ in range(4))
    return f"{when:%Y%m%d-%H%M%S}-{when.microsecond // 1000:03d}-{letters}"


def new_take_ids(clock: Clock) -> tuple[str, str]:
    """(session id, take id), both of now. A session keeps its id: take only the second for its later takes."""
    wall_ns = clock.wall_ns()
    return new_id(wall_ns), new_id(wall_ns)


def check_id(text: str) -> str:
    """The text, if it is an id; UserError otherwise (so that no id ever leads out of the takes folder)."""
    if ID.fullmatch(text) is None:
        raise UserError(f"take id: expected one like 20261122-173455-123-k3f9, got {text!r}")
    return text
