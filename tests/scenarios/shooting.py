"""A whole shoot on simulated hardware and a simulated clock: ten minutes of it are seconds of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from drivers.readings import Frame
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import HeartChange, Scenario
from rig.build import Built, build, simulated
from rig.config import Config, FinderSettings, TakesSettings
from rig.decide import Moment
from rig.grade.printer import Print
from rig.keep import Keeper
from rig.service import Stop
from rig.session.layout import list_takes
from rig.session.reader import Take, open_take

STEADY = [HeartChange(0.0, 66.0)]


@dataclass
class Watching:
    """Stands where the finder does; keeps what it is shown."""

    prints: list[Print] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    faults: list[tuple[str, str, bool]] = field(default_factory=list)
    keep: bool = True

    def show(self, frame: Frame, made: Print, moment: Moment, keeper: Keeper, frame_ms: float) -> None:
        if self.keep:
            self.prints.append(made)
            self.moments.append(moment)

    def fault(self, where: str, message: str, recovered: bool) -> None:
        self.faults.append((where, message, recovered))


@dataclass
class Shot:
    """What a simulated shoot left."""

    takes: list[Take]
    page: Watching
    built: Built
    clock: SimulatedClock


def shoot(
    folder: Path,
    seconds: float | None,
    script: str = "",
    size: tuple[int, int] = (64, 36),
    heart: list[HeartChange] | None = None,
    config: Config | None = None,
    prepare: Callable[[Built, Stop], None] | None = None,
    keep_prints: bool = True,
    look: str = "neutral",
    pulse: str = "",
) -> Shot:
    """Run it to its end. ``prepare`` may change what was built before it runs. pulse: a recording in the heart's
    place."""
    clock = SimulatedClock()
    config = config or simulated(Config())
    config = replace(
        config,
        camera=replace(config.camera, width=size[0], height=size[1]),
        takes=TakesSettings(folder=str(folder / "takes"), min_minutes=0.0),
        finder=FinderSettings(enabled=False),
        look=replace(config.look, name=look),
    )
    scenario = Scenario(heart=heart or STEADY, hands=script + "\n" if script else "", pulse=pulse)
    page = Watching(keep=keep_prints)
    stop = Stop()
    with build(config, clock, stop, scenario) as built:
        built.shoot.page = page
        if prepare is not None:
            prepare(built, stop)
        built.shoot.run(seconds)
    takes = [open_take(place.path) for place in list_takes(folder / "takes")]
    return Shot(takes, page, built, clock)
