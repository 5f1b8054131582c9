"""What a picture's file says beside its pixels: a colour profile (ICC.1:2022), and whether it has transparency.

JPEG keeps a profile in APP2 segments (ICC.1 annex B.4), PNG in iCCP (PNG 3rd edition, 11.3.2.3), TIFF in tag 34675.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_IN_JPEG = b"ICC_PROFILE\0"
_MOST_IN_SEGMENT = 65535 - 2 - len(_IN_JPEG) - 2
_LINEAR = ("linear", "g10")  # g10: a gamma of 1.0, as those of E. Stone are called
_MOST_BYTES = 1 << 24  # of a profile; real ones reach 2 MB
_TIFF_PROFILE, _TIFF_EXTRA_SAMPLES = 34675, 338


@dataclass(frozen=True, slots=True)
class Tags:
    """profile: the ICC profile, or None. alpha: some of the picture's pixels may be transparent."""

    profile: bytes | None = None
    alpha: bool = False


def read_tags(data: bytes) -> Tags:
    """The tags of a JPEG, PNG or TIFF; what cannot be read is not there."""
    try:
        if data[:2] == _JPEG:
            return Tags(_of_jpeg(data))
        if data[:8] == _PNG:
            return _of_png(data)
        if data[:4] in (b"II*\0", b"MM\0*"):
            return _of_tiff(data)
    except (struct.error, IndexError, zlib.error, ValueError):  # damaged: the decoder says so if it matters
        pass
    return Tags()


def profile_name(profile: bytes) -> str:
    """What the profile calls itself (its desc tag), or "unnamed"."""
    try:
        (count,) = struct.unpack_from(">I", profile, 128)
        for index in range(min(count, 200)):
            name, at, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
            if name == b"desc":
                return _text(profile[at : at + size]) or "unnamed"
    except (struct.error, IndexError, UnicodeDecodeError):
        pass
    return "unnamed"


def is_srgb(profile: bytes) -> bool:
    """True where the profile says that it is sRGB, under any of its usual names; not where it is linear."""
    name = profile_name(profile).lower()
    return ("srgb" in name or "61966" in name) and not any(other in name for other in _LINEAR)


def is_of_rgb(profile: bytes) -> bool:
    """True where it is a profile of red, green, blue (ICC.1 section 7.2.6) that all files can carry."""
    return profile[16:20] == b"RGB " and len(profile) <= 255 * _MOST_IN_SEGMENT


def with_profile(data: bytes, profile: bytes) -> bytes:
    """A JPEG or PNG that carries the profile; any other file as it is."""
    if data[:2] == _JPEG:
        parts = [profile[at : at + _MOST_IN_SEGMENT] for at in range(0, len(profile), _MOST_IN_SEGMENT)]
        segments = b""
        for number, part in enumerate(parts, 1):
            body = _IN_JPEG + bytes([number, len(parts)]) + part
            segments += b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body
        at = next((end for marker, _, end in _segments(data) if marker == 0xE0), 2)  # JFIF's own segment stays first
        return data[:at] + segments + data[at:]
    if data[:8] == _PNG:
        body = b"iCCP" + b"profile\0\0" + zlib.compress(profile)
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:33] + chunk + data[33:]  # right behind IHDR
    return data


def _text(tag: bytes) -> str:
    if tag[:4] == b"desc":
        (length,) = struct.unpack_from(">I", tag, 8)
        return tag[12 : 12 + length].rstrip(b"\0").decode("latin-1").strip()
    if tag[:4] == b"mluc":
        length, at = struct.unpack_from(">II", tag, 20)
        return tag[at : at + length].decode("utf-16-be").strip("\0 ")
    return ""


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, begin and end of each segment's content, as far as the first scan."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker in (0xD9, 0xDA):
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        yield marker, at + 4, at + 2 + length
        at += 2 + length


def _of_jpeg(data: bytes) -> bytes | None:
    parts: dict[int, bytes] = {}
    for marker, begin, end in _segments(data):
        if marker == 0xE2 and data[begin : begin + len(_IN_JPEG)] == _IN_JPEG:
            parts[data[begin + len(_IN_JPEG)]] = data[begin + len(_IN_JPEG) + 2 : end]
    return b"".join(parts[number] for number in sorted(parts)) or None


def _of_png(data: bytes) -> Tags:
    profile, alpha, at = None, data[25] in (4, 6), 8
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if name == b"iCCP":
            profile = zlib.decompressobj().decompress(body[body.index(b"\0") + 2 :], _MOST_BYTES)
        elif name == b"tRNS":
            alpha = True
        elif name == b"IDAT":
            break
        at += 12 + length
    return Tags(profile, alpha)


def _of_tiff(data: bytes) -> Tags:
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, at)
    profile, alpha = None, False
    for index in range(count):
        tag, _, number, value = struct.unpack_from(f"{order}HHII", data, at + 2 + 12 * index)
        if tag == _TIFF_PROFILE and number > 4:
            profile = data[value : value + number]
        elif tag == _TIFF_EXTRA_SAMPLES:
            alpha = True
    return Tags(profile, alpha)
