"""Looking up gives what indexing gives, in every way that OpenCV offers and at every width."""

from __future__ import annotations

import numpy as np
import pytest

from rig.grade.buffers import Buffers
from rig.grade.lookup import Lookup


@pytest.mark.parametrize("wide", [None, False])
@pytest.mark.parametrize("width", [64, 65])
@pytest.mark.parametrize("entries", [np.uint8, np.int16, np.uint16, np.int32])
def test_bytes(wide: bool | None, width: int, entries: type) -> None:
    rng = np.random.default_rng(1)
    info = np.iinfo(entries)
    even, odd = rng.integers(info.min, info.max, (2, 256), entries, endpoint=True)
    plane = rng.integers(0, 256, (30, width), np.uint8)
    lookup, out = Lookup(Buffers(), wide), np.zeros((30, width), entries)
    lookup.bytes(lookup.prepared(even), plane, out)
    assert np.array_equal(out, even[plane])
    lookup.bytes(lookup.prepared(even, odd), plane[::2], out[::2])
    assert np.array_equal(out[::2, ::2], even[plane[::2, ::2]])
    assert np.array_equal(out[::2, 1::2], odd[plane[::2, 1::2]])


@pytest.mark.parametrize("wide", [None, False])
@pytest.mark.parametrize("entries", [np.uint8, np.uint16])
def test_pairs(wide: bool | None, entries: type) -> None:
    rng = np.random.default_rng(2)
    table = rng.integers(0, np.iinfo(entries).max, 65536, entries, endpoint=True)
    pairs, out = rng.integers(0, 256, (30, 65, 2), np.uint8), np.zeros((30, 65), entries)
    Lookup(Buffers(), wide).pairs(table, pairs, out)
    assert np.array_equal(out, table[pairs[..., 0] + 256 * pairs[..., 1].astype(int)])
