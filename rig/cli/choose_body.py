"""What `--motion WORD` and `--skin WORD` ask for: a sensor by name, the simulated one, or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.settings import MotionSettings, SkinSettings

MOTION = ("mpu6050", "lsm6dsox", "none")
SKIN = ("grove", "tinygsr", "none")


def choose_motion(settings: MotionSettings, word: str) -> MotionSettings:
    """The settings with that sensor; UserError where there is none of that name."""
    if word == "sim":
        return replace(settings, name="mpu6050" if settings.name == "none" else settings.name, bus="sim")
    return replace(settings, name=_known("--motion", word, MOTION))  # type: ignore[arg-type]  # _known says so


def choose_skin(settings: SkinSettings, word: str) -> SkinSettings:
    """The settings with that board; UserError where there is none of that name."""
    if word == "sim":
        return replace(settings, name="grove" if settings.name == "none" else settings.name, bus="sim")
    return replace(settings, name=_known("--skin", word, SKIN))  # type: ignore[arg-type]  # _known says so


def _known(option: str, word: str, names: tuple[str, str, str]) -> str:
    if word in names:
        return word
    from rig.errors import UserError
    from rig.words import did_you_mean

    first, second, none = names
    guess = did_you_mean(word, ("sim", *names))
    raise UserError(f"{option}: expected sim, {first}, {second} or {none}, got {word}{guess}")
