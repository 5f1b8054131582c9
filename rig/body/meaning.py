"""What is known of the body: a Beat, and the Body at a moment. Frozen; None is unknown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat. t_ns: the upstroke of the pulse at the finger; found_ns: when it was decided.

    ibi_ms: since the beat before, None where that one is not known. sqi: signal quality of this beat, 0..1.
    """

    t_ns: int
    found_ns: int
    ibi_ms: float | None
    sqi: float


@dataclass(frozen=True, slots=True)
class Body:
    """What is known of the body now.

    heart_rate_bpm: of the last ten seconds' clean IBIs. rmssd_ms: of the last minute's, at least 30 s of them.
    amplitude: pulse amplitude against this person's own slow baseline, 0..1, 0.5 is the baseline, 0 a quarter of it
    and 1 four times it. arousal: 0..1 against this person's own baseline (rig/body/arousal.py). sqi: 0..1.
    moving: the hand, 0 held still or no sensor, 1 walking (rig/body/moving.py). scl_us, scr_us: of the skin, in
    microsiemens: its slow level, and how far it stands above it now (rig/body/skin.py). beat_phase: 0..1 of the way
    from the newest beat to the next, as far as it can be foretold (rig/body/beat_phase.py). breath: 0 all the way out,
    1 all the way in; breath_sqi: how sure that is, 0..1 (rig/body/breath.py).
    """

    heart_rate_bpm: float | None = None
    rmssd_ms: float | None = None
    amplitude: float | None = None
    arousal: float | None = None
    sqi: float = 0.0
    newest_beat_ns: int | None = None
    moving: float = 0.0
    scl_us: float | None = None
    scr_us: float | None = None
    beat_phase: float | None = None
    breath: float | None = None
    breath_sqi: float = 0.0
