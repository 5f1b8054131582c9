"""The messages of an MCAP file up to the last whole, CRC-valid chunk: mcap's own reader gives none of a cut file.

Format: https://mcap.dev/spec (records: one byte of opcode, eight of length, the content).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import zstandard

MAGIC = b"\x89MCAP0\r\n"
_HEAD = struct.Struct("<BQ")
_CHUNK = struct.Struct("<QQQI")
_MESSAGE = struct.Struct("<HIQQ")
_CHANNEL, _MESSAGE_OP, _CHUNK_OP, _DATA_END = 0x04, 0x05, 0x06, 0x0F
_HEADER, _SCHEMA, _INDEX = 0x01, 0x03, 0x07
_INDEX_HEAD = struct.Struct("<HI")
_DATA_END_BYTES = 4
_MOST_BYTES = 1 << 28  # no chunk of ours is near: a length past it is a damaged one


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is in the file."""

    topic: str
    log_ns: int
    data: bytes


class _DamagedError(Exception):
    pass


def scan(path: Path, damage: list[str]) -> Iterator[Message]:
    """Give every message of every whole chunk; put into damage where and why it stopped before the file's end."""
    channels: dict[int, str] = {}
    with path.open("rb") as file:
        where = 0
        try:
            if file.read(len(MAGIC)) != MAGIC:
                raise _DamagedError("it does not begin as an MCAP file does")
            while True:
                where = file.tell()
                opcode, content = _record(file)
                if opcode == _DATA_END:
                    break
                if opcode == _CHUNK_OP:
                    yield from _chunk(_unpacked(content), channels)
                elif not _is_between(opcode, content, where):
                    raise _DamagedError("what follows is no record")
            _check_tail(file)
        except (_DamagedError, struct.error, zstandard.ZstdError) as error:
            damage.append(f"{path.name} is whole up to byte {where}: {error}")


def _record(file: BinaryIO) -> tuple[int, bytes]:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise _DamagedError("it ends without its index" if not head else "it is cut inside a record")
    opcode, length = _HEAD.unpack(head)
    if length > _MOST_BYTES or (opcode == _DATA_END and length != _DATA_END_BYTES):
        raise _DamagedError("what follows is no record")
    content = file.read(length)
    if len(content) < length:
        raise _DamagedError("it is cut inside a record")
    return opcode, content


def _is_between(opcode: int, content: bytes, where: int) -> bool:
    """What our writer puts between chunks. All else is damage: a chunk passed over would be frames that are missing
    from the middle."""
    if opcode == _HEADER:
        return where == len(MAGIC)
    return opcode == _INDEX and len(content) == _INDEX_HEAD.size + _INDEX_HEAD.unpack_from(content)[1]


def _unpacked(content: bytes) -> bytes:
    _, _, size, crc = _CHUNK.unpack_from(content)
    compression, offset = _string(content, _CHUNK.size)
    (length,) = struct.unpack_from("<Q", content, offset)
    packed = content[offset + 8 : offset + 8 + length]
    if size > _MOST_BYTES or len(packed) != length:
        raise _DamagedError("a chunk's lengths do not agree")
    if compression == "zstd":
        plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    elif compression == "":
        plain = packed
    else:
        raise _DamagedError(f"a chunk is packed with {compression!r}, expected zstd")
    if len(plain) != size or (crc and zlib.crc32(plain) != crc):
        raise _DamagedError("a chunk's CRC does not agree")
    return plain


def _chunk(plain: bytes, channels: dict[int, str]) -> Iterator[Message]:
    offset = 0
    while offset < len(plain):
        opcode, length = _HEAD.unpack_from(plain, offset)
        start, offset = offset + _HEAD.size, offset + _HEAD.size + length
        if opcode not in (_SCHEMA, _CHANNEL, _MESSAGE_OP) or offset > len(plain):
            raise _DamagedError("a chunk holds what is no record")
        if opcode == _CHANNEL:
            (number,) = struct.unpack_from("<H", plain, start)
            channels[number], _ = _string(plain, start + 4)
        elif opcode == _MESSAGE_OP:
            number, _, log_ns, _ = _MESSAGE.unpack_from(plain, start)
            yield Message(channels.get(number, ""), log_ns, plain[start + _MESSAGE.size : offset])


def _string(data: bytes, offset: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", data, offset)
    end = offset + 4 + length
    return data[offset + 4 : end].decode("utf-8", "replace"), end


def _check_tail(file: BinaryIO) -> None:
    start = file.tell()
    file.seek(0, 2)
    if file.tell() - start < len(MAGIC):
        raise _DamagedError("its index is cut")
    file.seek(-len(MAGIC), 2)
    if file.read() != MAGIC:
        raise _DamagedError("its index is cut")
