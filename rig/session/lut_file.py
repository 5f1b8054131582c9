"""The .cube file of a take's look: kept in the take, so that it prints again on any machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rig.errors import UserError
from rig.session.entries import LookDict
from rig.session.files import WholeFile, replace_synced
from rig.session.layout import LUT, NEW


def keep_lut(content: bytes, folder: Path) -> None:
    """Write into the take the file that its look was read from, as it was then. Waits for the card; OSError where that
    is at fault."""
    new = WholeFile(folder / (LUT + NEW))
    try:
        new.write(content)
    finally:
        new.close()
    replace_synced(folder / (LUT + NEW), folder / LUT)


def with_kept_lut(tables: Mapping[str, Mapping[str, Any]], folder: Path) -> dict[str, dict[str, Any]]:
    """The look with the take's own .cube file in place of where it was; UserError in one line where there is none."""
    made = {operation: dict(values) for operation, values in tables.items()}
    file = lut_of(made)
    if file:
        kept = folder / LUT
        if not kept.is_file():
            raise UserError(f"take {folder.name}: expected the look's LUT in {LUT}, got none: it was {file}")
        made["lut"]["file"] = str(kept)
    return made


def lut_of(look: LookDict) -> str:
    """The path of a look's .cube file; empty where it has none."""
    return str(look.get("lut", {}).get("file", ""))
