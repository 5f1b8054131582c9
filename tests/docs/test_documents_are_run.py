"""What the documents show is run: the README's commands, the knob script, every link, every name in the code tour."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.sim.script import parse_script
from rig.grade.looks import load_look
from rig.modulation.of_look import routes_of, shipped_routes
from rig.modulation.route import Route
from rig.modulation.signals import SOURCES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_readmes_five_minutes(tmp_path: Path) -> None:
    (block,) = blocks((ROOT / "README.md").read_text(), "sh")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"  # where the command of this environment is
    for line in block.splitlines():
        words = ["bash", "-c", line]
        done = subprocess.run(words, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert all((tmp_path / name).exists() for name in ("looks.png", "strip.png"))
    assert (tmp_path / "print.mp4").stat().st_size > 50_000
    assert (tmp_path / "print.mp4").read_bytes() != (tmp_path / "warm.mp4").read_bytes()


def test_the_how_to_on_looks_and_photographs(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/looks-and-photographs.md").read_text()
    (look,) = blocks(text, "toml")
    (tmp_path / "rain.toml").write_text(look)
    (tmp_path / "roll").mkdir()
    picture = np.random.default_rng(3).integers(0, 255, (6, 9, 3)).astype(np.uint8)
    for name in ("photo.jpg", "roll/1.jpg", "roll/2.png"):
        cv2.imwrite(str(tmp_path / name), cv2.resize(picture, (180, 120), interpolation=cv2.INTER_CUBIC))
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    for line in "".join(blocks(text, "sh")).splitlines():
        words = ["bash", "-c", line]
        done = subprocess.run(words, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    made = ("contact.png", "warm.cube", "dodge.png", "warmth.png", "photo-adams.jpg", "prints/1.jpg", "prints/2.png")
    assert [name for name in made if not (tmp_path / name).exists()] == []


def test_the_how_to_on_performances(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/printing-is-a-performance.md").read_text()
    picture = np.random.default_rng(3).integers(0, 255, (6, 9, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "last.png"), cv2.resize(picture, (180, 120), interpolation=cv2.INTER_CUBIC))
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    said = ""
    for line in "".join(blocks(text, "sh")).splitlines():
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        said += done.stdout
    assert re.search(r"sealed, performs \d{8}-", said)
    assert cv2.imread(str(tmp_path / "performances.png")) is not None
    assert len(list((tmp_path / "takes").glob("*/*/take.json"))) == 3


def test_the_knob_script_means_what_it_says() -> None:
    script = "".join(blocks((ROOT / "docs/how-to/knob-scripts.md").read_text(), "text"))
    assert len(parse_script(script, "knob-scripts.md")) == len(script.split("\n")) - 1 >= 16


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


def test_every_name_in_the_code_tour_is_in_the_code() -> None:
    tour = (ROOT / "docs/how-a-frame-travels.md").read_text()
    code = "\n".join(path.read_text() for folder in ("rig", "drivers") for path in (ROOT / folder).rglob("*.py"))
    names = set(re.findall(r"`([A-Za-z_]+(?:\.[A-Za-z_]+)*)(?:\(\))?`", tour))
    assert len(names) > 30
    missing = [name for name in names if name.split(".")[-1] not in code]
    assert not missing


def test_the_reference_of_routes(tmp_path: Path) -> None:
    text = (ROOT / "docs/reference/routes.md").read_text()
    (look,) = blocks(text, "toml")
    (tmp_path / "own.toml").write_text(look)
    assert [route.name for route in routes_of(load_look(tmp_path / "own.toml"))][-1] == "grip-holds-the-lights"
    for name in (*SOURCES, *shipped_routes(), *(field.name for field in fields(Route))):
        assert f"`{name}`" in text, name
    for name, source in SOURCES.items():
        if source.lag_s:
            assert f"| `{name}` | {source.words} | {source.lag_s:g} s |" in text
