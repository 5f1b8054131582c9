"""Stills at the desk: a photograph is read, printed through a look at full quality, and written, whole or not at all.

The print is the reference's (rig.grade.reference.print_picture), made in parts of some rows each, so that a picture of
a hundred megapixels needs little more memory than its own pixels.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import from_rgb
from drivers.quiet import quietly
from drivers.readings import Colour, Frame
from rig.errors import UserError
from rig.grade.dither import TILE, dither
from rig.grade.look import Look
from rig.grade.mask import Line, Mask
from rig.grade.picture import Picture, zones_of_luma
from rig.grade.recipe import Recipe
from rig.grade.reference import print_picture
from rig.icc import is_of_rgb, is_srgb, profile_name, read_tags, with_profile
from rig.modulation.auto_light import AutoLight
from rig.scene.reader import SceneReader
from rig.session.files import replace_synced
from rig.session.layout import check_outside_takes
from rig.words import did_you_mean
from rig.zones import SMALL

Codes: TypeAlias = NDArray[Any]  # uint8 or uint16
Watch: TypeAlias = Callable[[Iterable[slice], int], Iterable[slice]]

READ = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".dng")
WRITTEN = {".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png", ".tif": ".tif", ".tiff": ".tif"}
JPEG_QUALITY = 95
MOST_THREADS = 4
SEEN_PIXELS = 1280  # on the longer side, of what the automatic light looks at
_PART_PIXELS = 1 << 19
_ADOBE_DEFLATE = 8  # the compression of a TIFF
_DAMAGED = "its file is damaged, or of another kind than its name says"


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """codes: (h, w, 3), red, green, blue, uint8 or uint16, upright. notes: what the person is told, a line each.

    profile: the ICC profile that it came with, where that is not sRGB.
    """

    name: str
    codes: Codes
    notes: tuple[str, ...] = ()
    profile: bytes | None = None

    @property
    def white(self) -> int:
        """The code of white: 255 or 65535."""
        return int(np.iinfo(self.codes.dtype).max)

    def picture(self, most: int | None = None) -> Picture:
        """As floats, reduced to at most so many pixels on its longer side where that is asked for."""
        codes = self.codes
        longer = max(codes.shape[:2])
        if most is not None and longer > most:
            size = [max(1, round(side * most / longer)) for side in codes.shape[1::-1]]
            codes = np.asarray(cv2.resize(codes, size, interpolation=cv2.INTER_AREA))
        return Picture(codes.astype(np.float32) / np.float32(self.white))


def is_still(path: Path) -> bool:
    """Whether a file's name says that it is a photograph the rig can read."""
    return path.suffix.lower() in READ


def stills_in(folder: Path) -> list[Path]:
    """Every picture in a folder, by name."""
    return sorted(path for path in folder.iterdir() if is_still(path) and path.is_file() and path.name[0] != ".")


def read_still(path: Path) -> Still:
    """A JPEG, PNG, TIFF or DNG, upright as its EXIF orientation says. UserError in one line where it is none."""
    if not is_still(path):
        raise UserError(
            f"{path}: expected a name that ends in {', '.join(READ)}, got {path.name}{did_you_mean(path.suffix, READ)}"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: expected a picture, got: {error.strerror or error}") from None
    return _raw(path, data) if path.suffix.lower() == ".dng" else _decoded(path, data)


def print_still(still: Still, look: Look, watch: Watch | None = None) -> Codes:
    """The print, of the still's own size and depth; its own codes where the look does nothing.

    8 bits are dithered by less than half a code. watch(parts, how many) may show progress.
    """
    recipe = settled(look, still.picture(SEEN_PIXELS)).fold() if look.auto.strength else look.fold()
    if recipe.is_neutral:
        return still.codes
    lines = Mask().update(_small_zones(still), 0, recipe.zones) if recipe.zones else ()
    parts = _parts(still.codes.shape[0], still.codes.shape[1])
    made = np.empty_like(still.codes)

    def one(rows: slice) -> slice:
        made[rows] = _print_rows(still, recipe, lines, rows)
        return rows

    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        for _ in watch(pool.map(one, parts), len(parts)) if watch else pool.map(one, parts):
            pass
    return made


def settled(look: Look, picture: Picture) -> Look:
    """The look with its automatic light where it comes to rest on this picture; the same look where that is off."""
    if not look.auto.strength:
        return look
    height, width = (max(2, side // 2 * 2) for side in picture.rgb.shape[:2])
    codes = np.rint(cv2.resize(picture.rgb.astype(np.float32), (width, height)) * 255.0).astype(np.uint8)
    colour = Colour(range="full")
    frame = Frame(0, 0, from_rgb(codes, colour), colour)
    return AutoLight().light(look, SceneReader().look(frame), 0)


def check_still_out(out: Path) -> None:
    """UserError where no picture of that name can be written; before any work is done."""
    if out.suffix.lower() not in WRITTEN:
        raise UserError(f"print {out}: expected a name that ends in {', '.join(WRITTEN)}, got {out.name or out}")
    try:
        is_folder, has_folder = out.is_dir(), out.absolute().parent.is_dir()
    except OSError as error:
        raise UserError(f"print {out}: expected to write it there, got: {error.strerror or error}") from None
    if not has_folder:
        raise UserError(f"print {out}: expected a folder that is there, got {out.absolute().parent}")
    if is_folder:
        raise UserError(f"print {out}: expected a picture's name, got a folder")
    check_outside_takes(out, "print")


def write_still(codes: Codes, out: Path, profile: bytes | None = None) -> None:
    """Write it as its name says: JPEG (quality 95, colour at full size, 8 bits), PNG or TIFF (8 or 16 bits).

    codes: uint8 or uint16 (h, w, 3). A profile goes along in JPEG and PNG. UserError where it cannot be written.
    """
    check_still_out(out)
    data = still_bytes(codes, WRITTEN[out.suffix.lower()])
    write_whole(data if profile is None else with_profile(data, profile), out, "print")


def write_whole(data: bytes, out: Path, what: str) -> None:
    """Put a file there, whole or not at all. UserError where it cannot be written."""
    fresh = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        fresh.write_bytes(data)
        replace_synced(fresh, out)
    except OSError as error:
        raise UserError(f"{what} {out}: expected to write it there, got: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):  # a name too long for the first is too long for this
            fresh.unlink(missing_ok=True)


def still_bytes(codes: Codes, kind: str) -> bytes:
    """A picture's file; kind: .jpg, .png or .tif. UserError where it is too large for the format."""
    if kind == ".jpg":
        if codes.dtype == np.uint16:
            codes = _rounded(codes.astype(np.float64) / 257.0, 0)
        how = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        how += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    else:
        how = [cv2.IMWRITE_TIFF_COMPRESSION, _ADOBE_DEFLATE] if kind == ".tif" else []
    bgr = np.ascontiguousarray(codes[..., ::-1])
    try:
        done, data = quietly(lambda: cv2.imencode(kind, bgr, how))
    except cv2.error:
        done, data = False, np.empty(0, np.uint8)
    if not done:
        height, width = codes.shape[:2]
        raise UserError(f"print: expected a picture that fits into {kind}, got {width} x {height}: try .tif or .png")
    return bytes(data)


def eight_bits(rgb: NDArray[np.float64]) -> NDArray[np.uint8]:
    """An encoded print, 1 is white, as dithered codes, uint8 of the same shape."""
    return _rounded(np.asarray(rgb, np.float64) * 255.0, 0)


def _rounded(values: NDArray[np.float64], top: int) -> NDArray[np.uint8]:
    """Values 0..255 dithered to codes; top: the first row's number in the whole picture."""
    height, width = values.shape[:2]
    above = top % TILE
    noise = np.stack([dither(height + above, width, channel)[above:] for channel in range(3)], axis=-1)
    return np.asarray(np.clip(np.rint(values + noise), 0, 255), np.uint8)


def _parts(height: int, width: int) -> Sequence[slice]:
    rows = max(SMALL, _PART_PIXELS // width // SMALL * SMALL)
    return [slice(top, min(top + rows, height)) for top in range(0, height, rows)]


def _print_rows(still: Still, recipe: Recipe, lines: Sequence[Line], rows: slice) -> Codes:
    """Some rows of the print. The mask's lines are bilinear: the part is a square of the mask larger, and cut."""
    height = still.codes.shape[0]
    wide = slice(max(0, rows.start - SMALL), min(height, rows.stop + SMALL)) if lines else rows
    small = slice(wide.start // SMALL, -(-wide.stop // SMALL))
    part = Picture(still.codes[wide] / float(still.white), top=wide.start, whole_height=height)
    near = [Line(line.low, line.high, line.a[small], line.b[small]) for line in lines]
    made = print_picture(part, recipe, near)[rows.start - wide.start : rows.stop - wide.start]
    if still.white == 255:
        return _rounded(made * 255.0, rows.start)
    return np.asarray(np.clip(np.rint(made * still.white), 0, still.white), still.codes.dtype)


def _small_zones(still: Still) -> NDArray[np.float32]:
    """Picture.small_zones, with the luma made in parts."""
    height, width = still.codes.shape[:2]
    luma = np.empty((height, width), np.float32)
    for rows in _parts(height, width):
        luma[rows] = Picture(still.codes[rows] / float(still.white)).luma()
    size = (-(-width // SMALL), -(-height // SMALL))
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA))
    return zones_of_luma(small, Picture(np.empty((0, 0, 3))).colour.transfer).astype(np.float32)


def _decoded(path: Path, data: bytes) -> Still:
    tags = read_tags(data)
    codes = _decode(data)
    if codes is None:
        raise UserError(f"{path}: expected a whole JPEG, PNG or TIFF, got one that cannot be read: {_DAMAGED}")
    if codes.dtype not in (np.uint8, np.uint16) or codes.ndim != 3:
        raise UserError(f"{path}: expected 8 or 16 bits a channel, got {codes.dtype} (save it as a TIFF of 16 bits)")
    notes = [f"{path}: its transparency is left out"] if tags.alpha else []
    profile = tags.profile if tags.profile and not is_srgb(tags.profile) else None
    if profile is not None and not is_of_rgb(profile):
        notes.append(f"{path}: its colour profile, {profile_name(profile)}, is not of red, green, blue: it is left out")
        profile = None
    if profile is not None:
        notes.append(f"{path}: its colours are {profile_name(profile)}, not sRGB: they are printed as they are")
    return Still(path.name, np.ascontiguousarray(codes[..., ::-1]), tuple(notes), profile)


def _decode(data: bytes) -> Codes | None:
    """Blue, green, red, upright, grey as three equal channels, without alpha; None where it is no picture."""
    if not data:
        return None
    wanted = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
    with _no_words_on_stderr():
        try:
            return quietly(lambda: cv2.imdecode(np.frombuffer(data, np.uint8), wanted))
        except cv2.error:
            return None


@contextlib.contextmanager
def _no_words_on_stderr() -> Iterator[None]:
    """libpng and libjpeg write to file descriptor 2 themselves; our one line says it all."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _raw(path: Path, data: bytes) -> Still:
    """A DNG, developed as its camera balanced it: all its pixels, 16 bits, encoded as sRGB, no automatic brightness."""
    import io

    try:
        import rawpy
    except ImportError:
        raise UserError(
            f"{path}: a DNG needs rawpy, which is not installed: pip install 'darkroom-rig[desk]'"
        ) from None
    with _no_words_on_stderr():
        try:
            with rawpy.imread(io.BytesIO(data)) as raw:
                codes = raw.postprocess(
                    use_camera_wb=True,
                    half_size=False,
                    no_auto_bright=True,
                    output_bps=16,
                    gamma=(2.4, 12.92),
                    output_color=rawpy.ColorSpace.sRGB,
                )
        except (rawpy.LibRawError, OSError, ValueError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise UserError(f"{path}: expected a whole DNG, got one that cannot be read: {reason[:120]}") from None
    return Still(path.name, np.ascontiguousarray(codes))
