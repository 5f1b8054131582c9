from __future__ import annotations

import pytest
from playing import Player


@pytest.fixture
def player() -> Player:
    return Player()
