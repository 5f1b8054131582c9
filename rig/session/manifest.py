"""take.json: what a sealed take consists of, with sizes and SHA-256, so that a copy can be proved whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rig.errors import UserError
from rig.session.entries import FORMAT_VERSION
from rig.session.files import WholeFile, replace_synced
from rig.session.layout import MANIFEST, NEW

FORMAT = "darkroom-take"


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file of the take."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The sealed take in short."""

    format: str = FORMAT
    version: int = FORMAT_VERSION
    take_id: str
    session_id: str
    wall_ns: int
    frames: int
    duration_s: float
    reason: str
    files: list[FileFact]
    performs: str = ""  # the take whose negative this one has


def fact_of(path: Path) -> FileFact:
    """Size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileFact(path.name, file.tell(), digest)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it, whole or not at all."""
    new = folder / (MANIFEST + NEW)
    new.unlink(missing_ok=True)
    file = WholeFile(new)
    file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    file.close()
    replace_synced(new, folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Read it; UserError when it is missing, of a later version, or not a manifest."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise UserError(
            f"take {folder}: expected {MANIFEST}, got none: the take is not sealed (rig recover)"
        ) from error
    except msgspec.MsgspecError as error:
        raise UserError(f"{path}: expected a take's manifest, got {error}") from error
    if manifest.format != FORMAT or manifest.version > FORMAT_VERSION:
        raise UserError(
            f"{path}: expected {FORMAT} version {FORMAT_VERSION} or earlier, got {manifest.format} {manifest.version}: "
            "update the rig"
        )
    for fact in manifest.files:
        if fact.name in ("", ".", "..") or "/" in fact.name or "\\" in fact.name:
            raise UserError(f"{path}: expected names of files in the take's folder, got {fact.name!r}")
    return manifest
