"""The timeline of a take: an MCAP file with one JSON channel an entry type. Written, and read even when it is cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec
from mcap.writer import CompressionType, Writer
from msgspec.json import schema as json_schema

from rig.errors import UserError
from rig.session.entries import TOPICS, Entry
from rig.session.files import WholeFile
from rig.session.scan import scan

Schemas: TypeAlias = Mapping[type[Entry], bytes]
PROFILE = "darkroom-take"
LIBRARY = "darkroom-rig"
_OF_A_BODY = 0o640  # a pulse is a person's: the service's group reads it, and nobody else
_CHUNK_BYTES = 1 << 20


class TimelineWriter:
    """Entries in, one chunk a sync. All channels are written with the first chunk, so every prefix explains itself."""

    def __init__(self, path: Path, schemas: Schemas | None = None) -> None:
        """Start a new file; raises OSError. schemas: all_schemas(), where they were made before (they take 6 ms)."""
        schemas = schemas or all_schemas()
        self._file = WholeFile(path, _OF_A_BODY)
        self._writer = Writer(self._file, _CHUNK_BYTES, CompressionType.ZSTD)  # type: ignore[arg-type]
        self._writer.start(PROFILE, LIBRARY)
        self._encoder = msgspec.json.Encoder()
        self._channels: dict[type[Entry], int] = {}
        for topic, entry in TOPICS.items():
            schema = self._writer.register_schema(entry.__name__, "jsonschema", schemas[entry])
            self._channels[entry] = self._writer.register_channel(topic, "json", schema)
        self._numbers = dict.fromkeys(TOPICS.values(), 0)

    def add(self, entry: Entry) -> None:
        """Put an entry into the chunk in progress. Its log time is entry.t_ns."""
        kind = type(entry)
        self._writer.add_message(
            self._channels[kind], entry.t_ns, self._encoder.encode(entry), entry.t_ns, self._numbers[kind]
        )
        self._numbers[kind] += 1

    def write(self) -> None:
        """Hand the chunk in progress to the kernel: a killed process no longer loses it."""
        self._writer.flush()  # type: ignore[no-untyped-call]

    def sync(self) -> None:
        """Write, and wait until it is on the card: a power cut no longer loses it."""
        self._writer.flush()  # type: ignore[no-untyped-call]
        self._file.sync()

    @property
    def size(self) -> int:
        """Bytes written."""
        return self._file.tell()

    def close(self) -> None:
        """End the file with its index and sync it."""
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._file.sync()
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        self._file.close()


def all_schemas() -> Schemas:
    """The schema of every entry."""
    return {entry: schema_of(entry) for entry in TOPICS.values()}


def schema_of(entry: type[Entry]) -> bytes:
    """The JSON Schema of an entry, from its dataclass; flat, as MCAP's viewers want it."""
    described = json_schema(entry, schema_hook=_anything)
    return msgspec.json.encode(described["$defs"][entry.__name__])


def _anything(kind: type) -> dict[str, object]:
    if kind is not object:
        raise TypeError(f"expected a type that JSON has, got {kind}")
    return {"description": "any JSON value"}  # an empty schema would count as none


def read_timeline(path: Path, *types: type[Entry], damage: list[str] | None = None) -> Iterator[Entry]:
    """The entries (of these types; of all when none is named) up to the last whole, CRC-valid one, in file order.

    A file that is cut or damaged ends there: what is wrong is put into ``damage``. Topics of a later version are
    passed over. Raises UserError when there is no such file or an entry is not what its topic says.
    """
    wanted = types or tuple(TOPICS.values())
    decoders: dict[str, msgspec.json.Decoder[Entry]]
    decoders = {topic: msgspec.json.Decoder(kind) for topic, kind in TOPICS.items() if kind in wanted}
    try:
        for message in scan(path, damage if damage is not None else []):
            decoder = decoders.get(message.topic)
            if decoder is not None:
                yield decoder.decode(message.data)
    except FileNotFoundError as error:
        raise UserError(f"timeline {path}: expected a file, got none: is this a take's folder?") from error
    except msgspec.MsgspecError as error:
        raise UserError(f"timeline {path}: expected entries of this version of the rig, got {error}") from error
