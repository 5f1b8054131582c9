"""What the page's hands may say, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from drivers.readings import Press, Soul, Turn
from rig.viewfinder.door import BadHands, Door

if TYPE_CHECKING:
    from tests.rig.viewfinder.conftest import Bench


def test_each_kind_arrives_in_order(bench: Bench) -> None:
    before = bench.clock.now_ns()
    events = [
        {"kind": "turn", "knob": "dodge", "detents": 6},
        {"kind": "press", "control": "burn", "down": True},
        {"kind": "press", "control": "burn", "down": False},
        {"kind": "soul", "position": "proof"},
        {"kind": "tap"},
        {"kind": "undo"},
        {"kind": "redo"},
        {"kind": "lock", "on": True},
        {"kind": "keep"},
        {"kind": "place", "zone": 7},
    ]
    status, _, body = bench.ask("POST", "/hands", events)
    assert (status, json.loads(body)) == (200, {"taken": 10})
    turn, down, up, soul = bench.readings()
    assert isinstance(turn, Turn)
    assert (turn.knob, turn.detents) == ("dodge", 6)
    assert down == Press(down.t_ns, "burn", True)
    assert up == Press(up.t_ns, "burn", False)
    assert soul == Soul(soul.t_ns, "proof")
    assert before <= turn.t_ns <= down.t_ns <= up.t_ns <= soul.t_ns <= bench.clock.now_ns()
    assert len(bench.taps) == 1
    assert bench.actions.calls == ["undo", "redo", "lock True", "keep", "place 7"]


def test_one_event_needs_no_list(bench: Bench) -> None:
    assert bench.ask("POST", "/hands", {"kind": "turn", "knob": "burn", "detents": -1})[0] == 200
    (turn,) = bench.readings()
    assert isinstance(turn, Turn)
    assert (turn.knob, turn.detents) == ("burn", -1)


def test_a_press_keeps_its_length_though_it_was_queued(fresh_bench: Bench) -> None:
    events = [
        {"kind": "press", "control": "dodge", "down": True, "age_ms": 310.0},
        {"kind": "press", "control": "dodge", "down": False, "age_ms": 20},
    ]
    fresh_bench.ask("POST", "/hands", events)
    down, up = fresh_bench.readings()
    assert up.t_ns - down.t_ns == 290_000_000


def test_a_hold_that_comes_late_is_still_a_hold(fresh_bench: Bench) -> None:
    events = [
        {"kind": "turn", "knob": "burn", "detents": 1, "age_ms": 2300},
        {"kind": "press", "control": "dodge", "down": True, "age_ms": 2000},
        {"kind": "press", "control": "dodge", "down": False, "age_ms": 900},
    ]
    fresh_bench.ask("POST", "/hands", events)
    now = fresh_bench.clock.now_ns()
    turn, down, up = fresh_bench.readings()
    assert (down.t_ns - turn.t_ns, up.t_ns - down.t_ns) == (300_000_000, 1_100_000_000)
    assert now - 5_000_000_000 < up.t_ns <= now - 500_000_000


def press(bench: Bench, page: str | None, control: str, down: bool) -> int:
    headers = {} if page is None else {"X-Page": page}
    return bench.ask("POST", "/hands", {"kind": "press", "control": control, "down": down}, headers)[0]


def test_what_a_page_says_again_is_no_second_press(fresh_bench: Bench) -> None:
    for down in (False, True, True, False, False):
        assert press(fresh_bench, "a" * 16, "record", down) == 200
    assert [r.down for r in fresh_bench.readings() if isinstance(r, Press)] == [True, False]


def test_what_two_pages_hold_is_down_until_both_let_go(fresh_bench: Bench) -> None:
    for page, down in (("a" * 16, True), ("b" * 16, False), ("b" * 16, True), ("a" * 16, False)):
        press(fresh_bench, page, "dodge", down)
    assert [r.down for r in fresh_bench.readings() if isinstance(r, Press)] == [True]
    press(fresh_bench, "b" * 16, "dodge", False)
    assert [r.down for r in fresh_bench.readings() if isinstance(r, Press)] == [False]


@pytest.mark.parametrize("page", ["short", "UPPERCASE", "x" * 33, "with space", "0123456789\u00b2"])
def test_a_page_id_is_letters_and_digits(bench: Bench, page: str) -> None:
    status, _, body = bench.ask("POST", "/hands", {"kind": "tap"}, {"X-Page": page})
    assert (status, "8 to 32 of a-z and 0-9" in json.loads(body)["error"]) == (400, True)
    status, _, body = bench.ask("GET", f"/events?page={quote(page)}")
    assert (status, "8 to 32 of a-z and 0-9" in json.loads(body)["error"]) == (400, True)
    assert bench.taps == []


def test_an_age_reaches_not_far_back_and_turns_no_order_round() -> None:
    seen: list[int] = []

    class Sink:
        def turn(self, knob: str, detents: int, t_ns: int) -> None:
            seen.append(t_ns)

        def press(self, control: str, down: bool, t_ns: int) -> None: ...

        def soul(self, position: str, t_ns: int) -> None: ...

    door = Door(Sink(), None, None)
    turn = '{"kind":"turn","knob":"dodge","detents":1,"age_ms":%d}'
    for age, now in ((60_000, 10_000), (0, 10_010), (400, 10_100)):
        door.take((turn % age).encode(), now * 1_000_000)
    assert seen == [9_500_000_000, 10_010_000_000, 10_010_000_000]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "hands: expected one event"),
        (b"{", "hands: expected one event"),
        (b"[]", "length >= 1"),
        (b"\xff\xfe", "hands: expected one event"),
        (b"null", "hands: expected one event"),
        (b'{"kind": "spin"}', "spin"),
        (b'{"kind": "turn", "knob": "doge", "detents": 1}', "doge"),
        (b'{"kind": "turn", "knob": "dodge", "detents": 1.5}', "int"),
        (b'{"kind": "turn", "knob": "dodge", "detents": true}', "int"),
        (b'{"kind": "turn", "knob": "dodge", "detents": 49}', "48"),
        (b'{"kind": "turn", "knob": "dodge", "detents": 0}', "got 0"),
        (b'{"kind": "turn", "knob": "dodge"}', "detents"),
        (b'{"kind": "turn", "knob": "dodge", "detents": 1, "speed": 3}', "speed"),
        (b'{"kind": "press", "control": "dodge", "down": 1}', "bool"),
        (b'{"kind": "soul", "position": "loud"}', "loud"),
        (b'{"kind": "tap", "age_ms": -1}', "age_ms"),
        (b'{"kind": "lock"}', "on"),
        (b'{"kind": "place", "zone": 11}', "10"),
        (b'{"kind": "place", "zone": null}', "zone"),
        (b'{"kind": "keep", "what": "it"}', "what"),
        (json.dumps([{"kind": "tap"}] * 65).encode(), "<= 64"),
    ],
)
def test_what_is_not_understood_is_one_line_and_does_nothing(bench: Bench, body: bytes, says: str) -> None:
    status, _, answer = bench.ask("POST", "/hands", body)
    line = json.loads(answer)["error"]
    assert status == 400
    assert line.startswith("hands: expected")
    assert says in line
    assert "\n" not in line
    assert (bench.readings(), bench.taps, bench.actions.calls) == ([], [], [])


def test_a_list_with_one_mistake_does_nothing_at_all(bench: Bench) -> None:
    good = {"kind": "turn", "knob": "dodge", "detents": 1}
    assert bench.ask("POST", "/hands", [good, {"kind": "turn", "knob": "dodge", "detents": 0}])[0] == 400
    assert bench.readings() == []


def test_a_long_message_is_cut_off(bench: Bench) -> None:
    status, _, body = bench.ask("POST", "/hands", b"[" + b" " * 9000 + b"]")
    assert (status, json.loads(body)["error"]) == (413, "hands: expected at most 8192 bytes, got more")


def test_taps_need_a_pulse_that_takes_them(make_bench: Callable[..., Bench]) -> None:
    made = make_bench(tap=False)
    try:
        status, _, body = made.ask("POST", "/hands", {"kind": "tap"})
        assert status == 400
        assert "--pulse taps" in json.loads(body)["error"]
    finally:
        made.finder.close()


def test_undo_needs_somebody_to_do_it(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.finder.close()
    with pytest.raises(BadHands, match="only shows"):
        Door(bench.knobs, None, None).take(b'{"kind":"undo"}', 1)
