"""Samples at their own, uneven times become means over even steps of 10 ms, so that one set of filters fits all."""

from __future__ import annotations

RATE_HZ = 100.0
STEP_S = 1.0 / RATE_HZ


class Grid:
    """Joins the samples by straight lines and gives the mean of each step: no aliases at 400 Hz, no stairs at 25."""

    def __init__(self, longest_gap_s: float = 0.3) -> None:
        self._longest_gap_s = longest_gap_s
        self._t_s: float | None = None
        self._x = 0.0
        self._end_s = 0.0  # of the step that is being filled
        self._area = 0.0  # under the signal inside that step, up to now

    def push(self, t_s: float, x: float) -> tuple[bool, list[tuple[float, float]]]:
        """One sample in; (whether the signal starts anew here, [(middle of the step in s, mean), ...]) out.

        After a gap longer than longest_gap_s nothing is invented: the signal starts anew. A sample that is not newer
        than the one before is left out.
        """
        if self._t_s is None or t_s - self._t_s > self._longest_gap_s:
            self._t_s, self._x, self._end_s, self._area = t_s, x, t_s + STEP_S, 0.0
            return True, []
        t0, x0 = self._t_s, self._x
        if t_s <= t0:
            return False, []
        slope = (x - x0) / (t_s - t0)
        steps: list[tuple[float, float]] = []
        while self._end_s <= t_s:
            x1 = x0 + slope * (self._end_s - t0)
            mean = (self._area + 0.5 * (x0 + x1) * (self._end_s - t0)) / STEP_S
            steps.append((self._end_s - 0.5 * STEP_S, mean))
            t0, x0, self._area = self._end_s, x1, 0.0
            self._end_s += STEP_S
        self._area += 0.5 * (x0 + x) * (t_s - t0)
        self._t_s, self._x = t_s, x
        return False, steps
