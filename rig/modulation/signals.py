"""Signals: everything a route may listen to, by name, 0..1 or None for unknown."""

from __future__ import annotations

from typing import TypeAlias

from rig.body.meaning import Body
from rig.hands.state import HandState
from rig.scene.scene import Scene

Signals: TypeAlias = dict[str, float | None]

# name: what it is, for messages and for the page
SOURCES: dict[str, str] = {
    "body.arousal": "arousal against this person's own baseline",
    "body.heart_rate": "heart rate, 40 to 180 beats/min",
    "body.sqi": "quality of the pulse",
    "knob.dodge": "the dodge knob, 0 to +2 stops",
    "knob.burn": "the burn knob, 0 to -3 stops",
    "scene.key": "average scene EV, -6 to +6 about zone V",
    "scene.motion": "motion in the picture",
}


def _unit(value: float | None, low: float, high: float) -> float | None:
    return None if value is None else min(1.0, max(0.0, (value - low) / (high - low)))


def read_signals(body: Body, hands: HandState, scene: Scene) -> Signals:
    """The signals of one frame."""
    return {
        "body.arousal": body.arousal,
        "body.heart_rate": _unit(body.heart_rate_bpm, 40.0, 180.0),
        "body.sqi": body.sqi,
        "knob.dodge": _unit(hands.dodge_stops, 0.0, 2.0),
        "knob.burn": _unit(hands.burn_stops, 0.0, 3.0),
        "scene.key": _unit(scene.key_ev, -6.0, 6.0),
        "scene.motion": scene.motion,
    }
