"""The decoder alone: every way an encoder's edges can come, and what must never come out of them."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.knobs.edges import Edge
from drivers.knobs.quadrature import REST_NS, Quadrature

A, B = 17, 18
LEVELS = ((True, True), (False, True), (False, False), (True, False))
MS = 1_000_000
Size = Literal[1, 2, 4]


def edges_along(phases: list[int], apart_ns: int = 5 * MS) -> list[Edge]:
    """The edges of a knob that goes from phase to phase, starting at phase 0."""
    edges, before = [], 0
    for number, phase in enumerate(phases, 1):
        (a, b), (was_a, _) = LEVELS[phase % 4], LEVELS[before % 4]
        edges.append(Edge(number * apart_ns, A, a) if a != was_a else Edge(number * apart_ns, B, b))
        before = phase
    return edges


def decode(edges: list[Edge], size: Size = 4, reverse: bool = False) -> list[int]:
    decoder = Quadrature(A, B, True, True, size, reverse)
    return [detent.direction for edge in edges for detent in decoder.edge(edge)]


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("reverse", [False, True])
def test_detents_both_ways(size: Size, reverse: bool) -> None:
    forth = list(range(1, 5 * size + 1))
    back = list(range(5 * size - 1, -1, -1))
    sign = -1 if reverse else 1
    assert decode(edges_along(forth), size, reverse) == [sign] * 5
    assert decode(edges_along(forth + back), size, reverse) == [sign] * 5 + [-sign] * 5


def test_a_detent_carries_the_times_of_its_edges() -> None:
    decoder = Quadrature(A, B, True, True)
    (detent,) = [detent for edge in edges_along([1, 2, 3, 4]) for detent in decoder.edge(edge)]
    assert detent.t_ns == 20 * MS
    assert detent.edges_ns == (5 * MS, 10 * MS, 15 * MS, 20 * MS)


def test_slow_turning_keeps_the_edges_through_rests() -> None:
    decoder = Quadrature(A, B, True, True)
    found = []
    for edge, (a, b) in zip(edges_along([1, 2, 3, 4], 200 * MS), [LEVELS[k % 4] for k in (1, 2, 3, 4)], strict=True):
        found += decoder.edge(edge)
        assert decoder.wants_rest(edge.t_ns + REST_NS)
        assert not decoder.wants_rest(edge.t_ns + REST_NS - 1)
        found += decoder.rest(a, b)
    assert [len(detent.edges_ns) for detent in found] == [4]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_half_a_detent_and_back_is_nothing(size: Size) -> None:
    out_and_back = [1, 2, 1, 0] if size == 4 else [1, 0] if size == 2 else []
    assert decode(edges_along(out_and_back), size) == []


def test_one_edge_a_detent_bounce_is_no_step_back() -> None:
    chatter = [1, 0, 1, 0, 1, 2, 1, 2, 3]
    assert decode(edges_along(chatter, 200_000), 1) == [1, 1, 1]


def test_one_edge_a_detent_a_single_step_back_comes_at_rest() -> None:
    decoder = Quadrature(A, B, True, True, 1)
    edges = edges_along([1, 2, 1], 50 * MS)
    assert [detent.direction for edge in edges for detent in decoder.edge(edge)] == [1, 1]
    (back,) = decoder.rest(*LEVELS[1])
    assert (back.direction, back.t_ns) == (-1, edges[-1].t_ns)


@pytest.mark.parametrize("lost", range(8))
def test_a_lost_edge_costs_at_most_a_step_and_never_goes_back(lost: int) -> None:
    edges = edges_along(list(range(1, 41)))
    del edges[4 + lost]
    found = decode(edges)
    assert found in ([1] * 9, [1] * 10)


def test_the_lost_last_edge_is_made_up_for_at_rest() -> None:
    decoder = Quadrature(A, B, True, True)
    edges = edges_along([1, 2, 3, 4])[:-1]
    assert [detent for edge in edges for detent in decoder.edge(edge)] == []
    (detent,) = decoder.rest(True, True)
    assert (detent.direction, detent.t_ns) == (1, edges[-1].t_ns)
    assert not decoder.wants_rest(10**12)


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.1])
def test_a_spin_that_loses_edges_at_random_never_goes_back(loss: float) -> None:
    random = Random(1)
    edges = [edge for edge in edges_along(list(range(1, 4 * 5000 + 1)), 2_500_000) if random.random() >= loss]
    found = decode(edges)
    assert set(found) == {1}
    assert len(found) >= 5000 * (1 - 4.5 * loss)


def test_after_a_loss_a_rest_makes_turning_back_count_again() -> None:
    decoder = Quadrature(A, B, True, True)
    edges = edges_along([*range(1, 13), *range(11, 3, -1)], 20 * MS)
    forth, back = edges[:12], edges[12:]
    found = [detent for edge in (*forth[:5], *forth[6:]) for detent in decoder.edge(edge)]
    found += decoder.rest(True, True)
    before = len(found)
    found += [detent for edge in back for detent in decoder.edge(edge)]
    assert [detent.direction for detent in found[before:]] == [-1, -1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), min_size=0, max_size=400), st.sampled_from([1, 2, 4]))
def test_any_one_pin_chattering_is_at_most_one_step(levels: list[bool], size: Size) -> None:
    decoder = Quadrature(A, B, True, True, size)
    total = 0
    for number, level in enumerate(levels):
        total += sum(detent.direction for detent in decoder.edge(Edge(number * 100_000, A, level)))
        assert total in (0, 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.data())
def test_one_way_with_bounce_and_single_lost_edges_never_goes_back(detents: int, data: st.DataObject) -> None:
    edges = edges_along(list(range(1, 4 * detents + 1)), 3 * MS)
    lost = data.draw(st.sets(st.sampled_from(range(0, len(edges), 4)), max_size=3))
    bounced: list[Edge] = []
    for number, edge in enumerate(edges):
        if number in lost:
            continue
        bounced.append(edge)
        for pair in range(data.draw(st.integers(0, 2))):
            for half in (0, 1):
                after_ns = (2 * pair + half + 1) * 200_000
                bounced.append(Edge(edge.t_ns + after_ns, edge.pin, edge.level is (half == 1)))
    found = decode(bounced)
    assert all(direction == 1 for direction in found)
    assert detents - 2 * len(lost) <= len(found) <= detents


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([-1, 1]), max_size=200), st.sampled_from([2, 4]), st.booleans())
def test_no_edge_lost_means_no_drift(ways: list[int], size: Size, reverse: bool) -> None:
    phases = list(accumulate(ways))
    found = sum(decode(edges_along(phases, 10 * MS), size, reverse)) * (-1 if reverse else 1)
    where = phases[-1] if phases else 0
    assert abs(where - found * size) < size
