"""What a person is told: one clear line, exit status 2."""

from __future__ import annotations


class UserError(Exception):
    """Something the person can mend. The message: where, what was expected (range, unit), what came, what to do."""
