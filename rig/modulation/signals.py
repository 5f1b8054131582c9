"""Signals: everything a route may listen to, by name, 0..1 or unknown, with how good it is and how old.

Values are rounded where they are made: what a take keeps of them is what the routes heard, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi
from typing import Literal, TypeAlias

from rig.body.meaning import Body
from rig.hands.meaning import Manner
from rig.hands.state import HandState
from rig.scene.scene import Scene

# How fast the hand is called at 1: quicker than 30 detents a second nobody prints (a flick of the wrist is 40 to 60).
FULL_TEMPO_HZ = 30.0
# What a response of the skin is called at 1, in microsiemens above its level: large ones are 1 to 3 (W. Boucsein,
# Electrodermal Activity, 2012, section 2.3).
FULL_SCR_US = 2.0


@dataclass(frozen=True, slots=True)
class Signal:
    """value: 0..1, None is unknown. quality: 0..1. age_s: since the newest reading that it is made of."""

    value: float | None
    quality: float = 1.0
    age_s: float = 0.0


Signals: TypeAlias = dict[str, Signal]
UNKNOWN = Signal(None, 0.0)


@dataclass(frozen=True, slots=True)
class Source:
    """A signal as messages and pages tell it. lag_s: how long after what it tells of it is known, seconds: what the
    body answers late is late live, and can be put right in a print made afterwards. in_step: with the heart's beat."""

    words: str
    kind: Literal["body", "hands", "scene"]
    lag_s: float = 0.0
    in_step: bool = False


SOURCES: dict[str, Source] = {
    # 2.9 s: when vasoconstriction peaks after the event (FACTS.md); it is what arousal answers first
    "body.arousal": Source("arousal against this person's own baseline", "body", 2.9),
    # half of the ten seconds it is counted over
    "body.heart_rate": Source("heart rate, 40 to 180 beats/min", "body", 5.0),
    "body.amplitude": Source("pulse amplitude against its own slow baseline, 0.5 is as usual", "body", 2.9),
    "body.sqi": Source("quality of the pulse", "body"),
    # 1 to 3 s until a response begins, and 1 to 3 more until its peak (Boucsein 2012)
    "body.skin": Source("the skin's response, 0 to 2 uS above its level", "body", 3.0),
    "body.beat": Source("the heart's beat: 1 at the beat, 0 half-way to the next", "body", in_step=True),
    "body.breath": Source("the breath: 0 all the way out, 1 all the way in", "body", in_step=True),
    "body.moving": Source("the hand's motion, 0 held still, 1 walking", "body"),
    "hands.tempo": Source("tempo of the knobs, 0 to 30 detents/s", "hands"),
    "hands.hesitation": Source("a pause inside a move that is meant", "hands"),
    "hands.lingering": Source("dwelling at a setting", "hands"),
    "hands.leaning": Source("leaning in: small slow moves, a firmer grip, the body coming forward", "hands"),
    "hands.smoothness": Source("smoothness of the last movement", "hands"),
    "hands.tremor": Source("tremor of the hand, 8 to 12 Hz", "hands"),
    "hands.grip": Source("grip, of this person's own strongest so far", "hands"),
    "knob.dodge": Source("the dodge knob, 0 to +2 stops", "hands"),
    "knob.burn": Source("the burn knob, 0 to -3 stops", "hands"),
    "scene.key": Source("average scene EV, -6 to +6 about zone V", "scene"),
    "scene.motion": Source("motion in the picture", "scene"),
}


def read_signals(body: Body, hands: HandState, scene: Scene, manner: Manner, t_ns: int) -> Signals:
    """The signals of the frame at t_ns."""
    beat_s = _age_s(body.newest_beat_ns, t_ns)
    heart = {
        "body.arousal": body.arousal,
        "body.heart_rate": _unit(body.heart_rate_bpm, 40.0, 180.0),
        "body.amplitude": body.amplitude,
        "body.beat": None if body.beat_phase is None else 0.5 + 0.5 * cos(2.0 * pi * body.beat_phase),
    }
    acts = {
        "hands.tempo": _unit(manner.tempo_hz, 0.0, FULL_TEMPO_HZ),
        "hands.hesitation": manner.hesitation,
        "hands.lingering": manner.lingering,
        "hands.leaning": manner.leaning,
        "hands.smoothness": manner.smoothness,
        "hands.tremor": manner.tremor,
        "hands.grip": manner.grip,
    }
    hand_s = _age_s(manner.newest_ns, t_ns)
    return {
        **{name: _signal(value, body.sqi, beat_s) for name, value in heart.items()},
        "body.sqi": _signal(body.sqi, 1.0, beat_s),
        "body.skin": _signal(_unit(body.scr_us, 0.0, FULL_SCR_US)),
        "body.breath": _signal(body.breath, body.breath_sqi, beat_s),
        "body.moving": _signal(body.moving),
        **{name: _signal(value, 1.0, hand_s) for name, value in acts.items()},
        "knob.dodge": _signal(_unit(hands.dodge_stops, 0.0, 2.0)),
        "knob.burn": _signal(_unit(hands.burn_stops, 0.0, 3.0)),
        "scene.key": _signal(_unit(scene.key_ev, -6.0, 6.0)),
        "scene.motion": _signal(scene.motion),
    }


def signals_from_dict(
    values: Mapping[str, float | None], quality: Mapping[str, float], age_s: Mapping[str, float]
) -> Signals:
    """The signals as a frame's entry keeps them (FrameEntry.signals, signal_quality, signal_age_s)."""
    return {
        name: UNKNOWN if value is None else Signal(value, quality.get(name, 1.0), age_s.get(name, 0.0))
        for name, value in values.items()
    }


def signal_values(signals: Signals) -> dict[str, float | None]:
    """For the timeline: the value of each."""
    return {name: signal.value for name, signal in signals.items()}


def signal_qualities(signals: Signals) -> dict[str, float]:
    """For the timeline: the quality of those that are known and not at their best."""
    return {name: each.quality for name, each in signals.items() if each.value is not None and each.quality != 1.0}


def signal_ages(signals: Signals) -> dict[str, float]:
    """For the timeline: the age of those that are not of the very moment, in seconds."""
    return {name: each.age_s for name, each in signals.items() if each.age_s != 0.0}


def _signal(value: float | None, quality: float = 1.0, age_s: float = 0.0) -> Signal:
    if value is None:
        return UNKNOWN
    return Signal(round(min(1.0, max(0.0, value)), 4), round(min(1.0, max(0.0, quality)), 2), age_s)


def _unit(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else (value - low) / (high - low)


def _age_s(newest_ns: int | None, t_ns: int) -> float:
    return 0.0 if newest_ns is None else round(min(max(0, t_ns - newest_ns) / 1e9, 999.0), 2)
