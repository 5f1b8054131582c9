"""The configuration: one TOML file, checked whole, with a default for everything. Imports neither numpy nor cv2."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

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
from drivers.sim.scenario import Scenario
from rig import loader
from rig.errors import UserError
from rig.toml_lines import key_lines
from rig.toml_text import commented_toml
from rig.words import did_you_mean

HOME_FILE = Path(".config/darkroom-rig/rig.toml")


@dataclass(frozen=True, slots=True)
class LookSettings:
    """The look that a shoot starts from."""

    name: Annotated[str, Meta(min_length=1, description="the base look")] = "neutral"


@dataclass(frozen=True, slots=True)
class TakesSettings:
    """Where takes are kept, and when there is no room for another one."""

    folder: Annotated[str, Meta(min_length=1, description="relative to where rig is started")] = "takes"
    min_minutes: Annotated[
        float, Meta(ge=0, le=600, description="no take starts with room for less", extra={"unit": "min"})
    ] = 2.0


@dataclass(frozen=True, slots=True)
class FinderSettings:
    """The page with the live print, at http://127.0.0.1:port."""

    enabled: Annotated[bool, Meta(description="serve the page")] = True
    port: Annotated[int, Meta(ge=0, le=65535, description="TCP port on this machine; 0 takes any free one")] = 8765


@dataclass(frozen=True, slots=True)
class GradeSettings:
    """What makes the prints."""

    engine: Annotated[
        Literal["auto", "numba", "opencv", "reference"],
        Meta(description="auto: the fastest that is installed; reference is exact and slow, for checking"),
    ] = "auto"
    threads: Annotated[int, Meta(ge=1, le=4, description="threads that print; one is best beside an encoder")] = 1


KnobCurve = Literal["linear", "gentle"]


@dataclass(frozen=True, slots=True)
class HandsSettings:
    """How the knobs answer the hand, whichever knobs they are."""

    lock: Annotated[bool, Meta(description="the knobs begin locked, until the page unlocks them")] = False
    dodge_curve: Annotated[
        KnobCurve, Meta(description="linear: 1/12 stop a detent; gentle: finer near zero, coarser towards the end")
    ] = "linear"
    burn_curve: Annotated[KnobCurve, Meta(description="as dodge_curve")] = "linear"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be set, one table a subject."""

    camera: CameraSettings = field(default_factory=CameraSettings)
    pulse: PulseSettings = field(default_factory=PulseSettings)
    motion: MotionSettings = field(default_factory=MotionSettings)
    skin: SkinSettings = field(default_factory=SkinSettings)
    grip: GripSettings = field(default_factory=GripSettings)
    tick: TickSettings = field(default_factory=TickSettings)
    knobs: KnobsSettings = field(default_factory=KnobsSettings)
    hands: HandsSettings = field(default_factory=HandsSettings)
    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    look: LookSettings = field(default_factory=LookSettings)
    takes: TakesSettings = field(default_factory=TakesSettings)
    finder: FinderSettings = field(default_factory=FinderSettings)
    grade: GradeSettings = field(default_factory=GradeSettings)


def find_config(path: Path | None, here: Path, home: Path) -> Path | None:
    """The file to read: the one that is asked for, else ./rig.toml, else the one in ~/.config; None: defaults."""
    if path is not None:
        return path
    return next((found for found in (here / "rig.toml", home / HOME_FILE) if _is_file(found)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a home that this user may not look into has no configuration for it
        return False


def load_config(path: Path | None) -> Config:
    """The configuration; UserError with one line a mistake. None: what find_config finds, else the defaults."""
    found = find_config(path, Path(), Path.home())
    config = Config() if found is None else loader.read(Config, found)
    return replace(config, takes=replace(config.takes, folder=str(Path(config.takes.folder).expanduser())))


def parse_config(text: str, where: str = "rig.toml") -> Config:
    """TOML text as a Config; ``where`` names the file in messages."""
    return loader.parse(Config, text, where)


def config_to_toml(config: Config) -> str:
    """The whole configuration as TOML that parse_config reads back, with limits, units and meaning as comments."""
    return commented_toml(config, Config())


def load_scenario(path: Path) -> Scenario:
    """What happens in the simulated world (drivers/sim/scenario.py); files it names are looked for beside it."""
    text = loader.read_text(path)
    scenario, lines = loader.parse(Scenario, text, path.name), key_lines(text)
    problems = []
    files: dict[str, str] = {}
    for key in ("pulse", "hands"):
        name = str(getattr(scenario, key))
        if not name or "\n" in name:  # a script of several lines is the script itself
            continue
        beside = path.parent / name
        if not beside.is_file():
            near = did_you_mean(name, [entry.name for entry in path.parent.iterdir()])
            at = f"{path.name}:{lines[(key,)]}: {key}"
            problems.append(f"{at}: expected a file, got nothing at {beside}{near}")
        files[key] = str(beside)
    if problems:
        raise UserError("\n".join(problems))
    return replace(scenario, **files)  # type: ignore[arg-type]  # each key of files is a text field
