"""The one lazy table of devices: a name to the module whose ``make(settings, bench)`` builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from drivers.ads1115 import OneAtATime
from drivers.pi_pins import SharedPins

if TYPE_CHECKING:
    from drivers.clock import Clock
    from drivers.interfaces import (
        Camera,
        GripSensor,
        Knobs,
        MotionSensor,
        PulseSensor,
        SkinSensor,
        Ticker,
        VideoEncoder,
    )
    from drivers.settings import (
        CameraSettings,
        EncoderSettings,
        GripSettings,
        KnobsSettings,
        MotionSettings,
        PulseSettings,
        SkinSettings,
        TickSettings,
    )
    from drivers.sim.world import World

MODULES = {
    "camera": {
        "sim": "drivers.camera.sim",
        "file": "drivers.camera.file",
        "webcam": "drivers.camera.webcam",
        "pi": "drivers.camera.pi",
    },
    "pulse": {
        "max3010x": "drivers.pulse.max3010x",
        "webcam": "drivers.pulse.webcam",
        "strap": "drivers.pulse.strap",
        "taps": "drivers.pulse.taps",
    },
    "motion": {"mpu6050": "drivers.motion.mpu6050", "lsm6dsox": "drivers.motion.lsm6dsox"},
    "skin": {"grove": "drivers.skin.grove", "tinygsr": "drivers.skin.tinygsr"},
    "grip": {"fsr": "drivers.grip.fsr"},
    "tick": dict.fromkeys(("buzzer", "piezo", "motor"), "drivers.tick.pin"),
    "knobs": {
        "gpio": "drivers.knobs.gpio",
        "seesaw": "drivers.knobs.seesaw",
        "pots": "drivers.knobs.pots",
        "keyboard": "drivers.knobs.keyboard",
    },
    "encoder": {"x264": "drivers.video.x264"},
}


@dataclass(frozen=True)
class Bench:
    """What a driver may need besides its settings: the clock, and how to get the simulated world (made when asked)."""

    clock: Clock
    world: Callable[[], World]
    converters: OneAtATime = field(default_factory=OneAtATime)  # these two are shared by several drivers
    pi_pins: SharedPins = field(default_factory=SharedPins)


def _make(kind: str, name: str) -> Callable[..., object]:
    return cast(Callable[..., object], cast(Any, import_module(MODULES[kind][name])).make)


def make_camera(settings: CameraSettings, bench: Bench) -> Camera:
    """The camera of that name, not yet opened."""
    return cast("Camera", _make("camera", settings.name)(settings, bench))


def make_pulse(settings: PulseSettings, bench: Bench) -> PulseSensor:
    """The pulse sensor of that name, not yet opened."""
    return cast("PulseSensor", _make("pulse", settings.name)(settings, bench))


def make_motion(settings: MotionSettings, bench: Bench) -> MotionSensor:
    """The motion sensor of that name, not yet opened."""
    return cast("MotionSensor", _make("motion", settings.name)(settings, bench))


def make_skin(settings: SkinSettings, bench: Bench) -> SkinSensor:
    """The sensor of skin conductance of that name, not yet opened."""
    return cast("SkinSensor", _make("skin", settings.name)(settings, bench))


def make_grip(settings: GripSettings, bench: Bench) -> GripSensor:
    """The grip sensor of that name, not yet opened."""
    return cast("GripSensor", _make("grip", settings.name)(settings, bench))


def make_tick(settings: TickSettings, bench: Bench) -> Ticker:
    """What ticks by that name, not yet opened."""
    return cast("Ticker", _make("tick", settings.name)(settings, bench))


def make_knobs(settings: KnobsSettings, bench: Bench) -> Knobs:
    """The knobs of that name, not yet opened."""
    return cast("Knobs", _make("knobs", settings.name)(settings, bench))


def make_encoder(settings: EncoderSettings) -> VideoEncoder:
    """The encoder of that name, not yet opened."""
    return cast("VideoEncoder", _make("encoder", settings.name)(settings))
