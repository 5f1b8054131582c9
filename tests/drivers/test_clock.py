"""Both clocks: services step, are woken, die aloud and stop."""

from __future__ import annotations

import threading

import pytest

from drivers.clock import SystemClock
from drivers.sim.clock import SimulatedClock

MS = 1_000_000


def test_ten_simulated_minutes_are_exact() -> None:
    clock = SimulatedClock()
    start = clock.now_ns()
    seen: list[int] = []
    service = clock.serve("sensor", seen.append, 20 * MS, lambda name, error: pytest.fail(f"{name}: {error}"))
    clock.sleep_until_ns(start + 600_000 * MS)
    assert clock.now_ns() == start + 600_000 * MS
    assert len(seen) == 30_001
    assert seen[1] - seen[0] == 20 * MS
    assert service.stop()
    clock.sleep_until_ns(start + 700_000 * MS)
    assert len(seen) == 30_001


def test_a_woken_service_steps_before_its_period_and_only_once() -> None:
    clock = SimulatedClock()
    start = clock.now_ns()
    seen: list[int] = []
    service = clock.serve("writer", seen.append, 1000 * MS, lambda name, error: pytest.fail(f"{name}: {error}"))
    clock.sleep_until_ns(start + 100 * MS)
    service.wake()
    service.wake()
    clock.sleep_until_ns(start + 200 * MS)
    assert [t - start for t in seen] == [0, 100 * MS]
    clock.sleep_until_ns(start + 1200 * MS)
    assert [t - start for t in seen] == [0, 100 * MS, 1100 * MS]


def test_services_step_in_the_order_they_are_due() -> None:
    clock = SimulatedClock()
    seen: list[str] = []
    clock.serve("a", lambda now: seen.append("a"), 30 * MS, lambda name, error: None)
    clock.serve("b", lambda now: seen.append("b"), 20 * MS, lambda name, error: None)
    clock.sleep_until_ns(clock.now_ns() + 65 * MS)
    assert "".join(seen) == "abbaba" + "b"


@pytest.mark.parametrize("make", [SimulatedClock, SystemClock])
def test_a_death_is_told_once_and_by_name(make: type[SimulatedClock] | type[SystemClock]) -> None:
    clock = make()
    told: list[tuple[str, Exception]] = []
    done = threading.Event()

    def die(now: int) -> None:
        raise ValueError("a register that was not there")

    def on_death(name: str, error: Exception) -> None:
        told.append((name, error))
        done.set()

    service = clock.serve("pulse", die, 5 * MS, on_death)
    clock.sleep_until_ns(clock.now_ns() + 20 * MS)
    assert done.wait(5)
    service.stop()
    assert [(name, str(error)) for name, error in told] == [("pulse", "a register that was not there")]
    assert not service.alive


def test_a_thread_is_woken_long_before_its_period() -> None:
    clock = SystemClock()
    steps = threading.Semaphore(0)
    service = clock.serve("writer", lambda now: steps.release(), 3_600_000 * MS, lambda name, error: None)
    assert steps.acquire(timeout=5)
    service.wake()
    assert steps.acquire(timeout=5)
    assert service.stop()
    assert not service.alive


def test_wall_time_may_jump_and_boot_time_does_not() -> None:
    clock = SimulatedClock()
    before = clock.now_ns()
    clock.set_wall_ns(5)
    assert clock.wall_ns() == 5
    assert clock.now_ns() == before
