"""Whatever the contacts of a turned encoder do within their bounce: each detent is told once, and the right way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.knobs.edges import Edge
from drivers.knobs.quadrature import REST_NS, Detent, Quadrature

A, B = 17, 18
LEVELS = ((True, True), (False, True), (False, False), (True, False))
MS = 1_000_000
Size = Literal[1, 2, 4]


@dataclass(frozen=True)
class Turning:
    """Whole detents, + or -, and the edges of both pins they were, with every contact bouncing as it may."""

    ways: list[int]
    edges: list[Edge]


@st.composite
def turning(draw: st.DrawFn, size: Size, late: bool) -> Turning:
    """At 100 detents/s at most, up to 2 ms of bounce after each edge, a hand that rests where it turns round.

    late: an edge may say any level but for the last of its bounce, as Linux does that reads it afterwards.
    """
    ways = draw(st.lists(st.sampled_from([1, 1, 1, -1]), min_size=1, max_size=25))
    apart_ns, t_ns, phase, edges = 10 * MS // size, 0, 0, []
    turn_ns = 15 * MS if size == 4 else 40 * MS  # no hand turns in less than 60; with fewer edges 30 may be bounce
    for number, way in enumerate(ways):
        turns = number > 0 and way != ways[number - 1]
        t_ns += draw(st.sampled_from([turn_ns, 40 * MS, 300 * MS] if turns else [0, 0, 0, 40 * MS, 300 * MS]))
        for _ in range(size):
            t_ns += apart_ns
            (was_a, _), phase = LEVELS[phase % 4], phase + way
            a, b = LEVELS[phase % 4]
            pin, level = (A, a) if a != was_a else (B, b)
            bounce = draw(st.lists(st.integers(1, 2 * MS), max_size=7, unique=True).map(sorted))
            if late:
                told = [draw(st.booleans()) for _ in bounce] + [level]
            else:
                bounce = bounce[: len(bounce) // 2 * 2]
                told = [level is (k % 2 == 0) for k in range(len(bounce) + 1)]
            edges += [Edge(t_ns + d_ns, pin, each) for d_ns, each in zip([0, *bounce], told, strict=True)]
    return Turning(ways, edges)


def stepped(edges: list[Edge], size: Size) -> list[Detent]:
    """What the driver makes of them, that looks every 4 ms and reads the pins where nothing moves."""
    decoder, found = Quadrature(A, B, True, True, size), []
    levels = {A: True, B: True}
    waiting, now_ns = list(edges), 0
    while waiting or now_ns < edges[-1].t_ns + 3 * REST_NS:
        now_ns += 4 * MS
        while waiting and waiting[0].t_ns <= now_ns:
            edge = waiting.pop(0)
            levels[edge.pin] = edge.level
            found += decoder.edge(edge)
        if decoder.wants_rest(now_ns) and decoder.believes(now_ns, levels[A], levels[B]):
            found += decoder.rest(levels[A], levels[B])
    return found


@pytest.mark.parametrize("size", [1, 2, 4])
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_either_contact_does_for_2_ms_no_detent_is_lost_or_told_backwards(
    size: Size, data: st.DataObject
) -> None:
    turned = data.draw(turning(size, late=False))
    found = stepped(turned.edges, size)
    assert [detent.direction for detent in found] == turned.ways
    assert all(a.t_ns < b.t_ns for a, b in pairwise(found))
    times = {edge.t_ns for edge in turned.edges}
    assert all(detent.edges_ns and set(detent.edges_ns) <= times for detent in found)


@pytest.mark.parametrize("size", [1, 2, 4])
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_levels_that_linux_reads_after_the_edge_cost_no_detent(size: Size, data: st.DataObject) -> None:
    turned = data.draw(turning(size, late=True))
    assert [detent.direction for detent in stepped(turned.edges, size)] == turned.ways
