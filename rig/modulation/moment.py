"""Signals moved to the moment they tell of: a print made afterwards knows what the body was about to say.

A vein narrows a second or two after what narrowed it, a heart takes a few seconds to be counted: live, the picture
answers as late as they do. Printed again, each signal of the body may stand as much earlier as it is late (``lag_s`` in
rig/modulation/signals.py), and the picture answers when it happened.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from rig.modulation.signals import SOURCES, UNKNOWN, Signals


def moments(times_ns: Sequence[int], heard: Sequence[Signals]) -> list[Signals]:
    """The signals at each time, each as they were heard its own lag later; after the end, as they were heard last.

    times_ns: of the frames, rising; heard: the signals of each.
    """
    last = len(times_ns) - 1
    lags_ns = {name: round(source.lag_s * 1e9) for name, source in SOURCES.items() if source.lag_s > 0.0}
    later = {
        lag_ns: [min(bisect_left(times_ns, t_ns + lag_ns), last) for t_ns in times_ns]
        for lag_ns in set(lags_ns.values())
    }
    return [
        {
            name: heard[later[lags_ns[name]][at]].get(name, UNKNOWN) if name in lags_ns else signal
            for name, signal in now.items()
        }
        for at, now in enumerate(heard)
    ]
