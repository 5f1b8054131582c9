"""The timeline: every entry survives, mcap's own reader can read it, and cuts and flips end it cleanly."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader

from drivers.readings import Placing, Press, PulseSamples, ReportedBeat, Soul, Turn
from rig.errors import UserError
from rig.session.entries import (
    TOPICS,
    AnchorEntry,
    BaseChange,
    BeatEntry,
    BodyEntry,
    DropEntry,
    FaultEntry,
    FrameEntry,
    GestureEntry,
    GripEntry,
    LookChange,
    MarkEntry,
    MotionEntry,
    MovementEntry,
    PlacingEntry,
    PressEntry,
    PulseEntry,
    ReportedBeatEntry,
    SkinEntry,
    SlideEntry,
    SoulEntry,
    TakeEnd,
    TakeStart,
    TurnEntry,
)
from rig.session.readings import to_entry, to_reading
from rig.session.timeline import TimelineWriter, read_timeline, schema_of

LOOK = {"exposure": {"ev": 0.5}, "dodge": {"stops": 1.0, "zone": 3.0}}
ENTRIES = [
    TakeStart(
        "t", "s", 1, 2, "sim", 64, 36, 30.0, "bt709", "limited", "srgb", "opencv", "plain", LOOK,
        routes=[{"source": "body.arousal", "amount": 0.5, "curve": [[0, 0], [1, 1]]}], modulation={"warm": 0.25},
        hands={"aim": None, "n": 3}, knob_curves={"burn": "gentle"},
    ),
    AnchorEntry(2, 1_700_000_000_123_456_789, 3, "boot"),
    FrameEntry(5, 0, 10, {"pulse": 1}, {"body.arousal": None, "knob": 0.5}, {"key_ev": 0.1, "zones": [0.5]}, 9, 1.5),
    FrameEntry(6, 1, 11, {}, {}, {}, quality=1, soul=0.5, bare=True, newest_edge_ns=4, newest_beat_ns=5, light_ev=-0.5,
               places=[[1, 0.25, 1.5]]),
    LookChange(6, 1, LOOK),
    BaseChange(6, 1, LOOK, {"dodge": {"detents": 3}}),
    PulseEntry(7, 1, [5, 6, 7], [1, 2, 262143], [3, 4, 5], 12, 1, 31.5, 0.004),
    ReportedBeatEntry(8, 2, 850.5),
    TurnEntry(9, 1, "dodge", -1, [6, 7, 8, 9]),
    PressEntry(10, 2, "record", True),
    GestureEntry(5_500, 5_000, "walk", "dodge", -2, None),
    SoulEntry(11, 3, "proof"),
    PlacingEntry(11, 4, 5.5),
    BeatEntry(12, 13, None, 0.75),
    BodyEntry(14, 61.5, None, 0.01, None, 1.0),
    FaultEntry(15, "pulse sensor", "lost: \u00e4 \"quote\"", True),
    DropEntry(16, 12, 2, "camera"),
    MarkEntry(17, "she laughed"),
    MotionEntry(7, 1, [6, 7], [[0.0, 0.5, 9.81]] * 2, [[0.1, 0.0, -0.1]] * 2, 4, 1, 30.0, 0.01),
    SkinEntry(7, 1, [5, 7], [4.25, None]),
    SlideEntry(12, 5, "burn", 0.25),
    GripEntry(7, 1, [5, 7], [4.25, None]),
    MovementEntry(12, 8, "hesitate", "dodge", 5, None, 7.5, -1.5, None),
    TakeEnd(18, 2, "stopped"),
]  # fmt: skip


def write(path: Path, entries=ENTRIES, sync_each: int = 3) -> list[int]:
    """The sizes after each sync."""
    writer = TimelineWriter(path)
    sizes = []
    for number, entry in enumerate(entries):
        writer.add(entry)
        if number % sync_each == sync_each - 1:
            writer.sync()
            sizes.append(writer.size)
    writer.close()
    return sizes


def test_every_kind_of_entry_comes_back_as_it_was(tmp_path):
    write(tmp_path / "t.mcap")
    damage: list[str] = []
    assert list(read_timeline(tmp_path / "t.mcap", damage=damage)) == ENTRIES
    assert not damage
    assert {type(entry) for entry in ENTRIES} == set(TOPICS.values())
    assert list(read_timeline(tmp_path / "t.mcap", TurnEntry, TakeEnd)) == [ENTRIES[8], ENTRIES[-1]]


def test_a_body_is_not_for_everybody_on_the_machine(tmp_path):
    before = os.umask(0)
    try:
        TimelineWriter(tmp_path / "timeline.mcap").close()
    finally:
        os.umask(before)
    assert (tmp_path / "timeline.mcap").stat().st_mode & 0o777 == 0o640


def test_other_tools_read_it(tmp_path):
    write(tmp_path / "t.mcap")
    with (tmp_path / "t.mcap").open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        read = [(schema, channel, message) for schema, channel, message in reader.iter_messages()]
        assert reader.get_header().profile == "darkroom-take"
        assert reader.get_summary().statistics.message_count == len(ENTRIES)
    for schema, channel, message in read:
        kind = TOPICS[channel.topic]
        assert (schema.name, schema.encoding, channel.message_encoding) == (kind.__name__, "jsonschema", "json")
        assert json.loads(message.data)["t_ns"] == message.log_time


@pytest.mark.parametrize("kind", TOPICS.values(), ids=lambda kind: kind.__name__)
def test_schemas_are_flat_objects(kind):
    schema = json.loads(schema_of(kind))
    assert schema["type"] == "object"
    assert "t_ns" in schema["properties"]
    assert "$ref" not in json.dumps(schema)


def test_cut_anywhere_it_ends_at_the_last_whole_sync(tmp_path):
    path = tmp_path / "t.mcap"
    sizes = write(path)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        damage: list[str] = []
        read = list(read_timeline(path, damage=damage))
        synced = sum(size <= cut for size in sizes) * 3
        assert read == ENTRIES[: len(read)]
        assert len(read) >= min(synced, len(ENTRIES))
        assert len(damage) == 1, cut


def test_a_flipped_bit_or_a_stretch_of_zeros_is_never_read_as_an_entry(tmp_path):
    path = tmp_path / "t.mcap"
    write(path)
    whole = path.read_bytes()
    dice = random.Random(5)
    for _ in range(300):
        torn = bytearray(whole)
        at = dice.randrange(len(torn))
        if dice.random() < 0.5:
            torn[at] ^= 1 << dice.randrange(8)
        else:
            torn[at : at + 512] = bytes(len(torn[at : at + 512]))
        path.write_bytes(torn)
        read = list(read_timeline(path))
        assert read == ENTRIES[: len(read)]


def test_what_is_no_timeline(tmp_path):
    with pytest.raises(UserError, match="expected a file, got none"):
        list(read_timeline(tmp_path / "none.mcap"))
    (tmp_path / "text.mcap").write_text("hello")
    damage: list[str] = []
    assert list(read_timeline(tmp_path / "text.mcap", damage=damage)) == []
    assert damage == ["text.mcap is whole up to byte 0: it does not begin as an MCAP file does"]


def test_readings_come_back_as_they_were():
    samples = PulseSamples(
        np.array([5, 6, 7]), np.array([1, 2, 3], np.int32), np.array([4, 5, 6], np.int32), 9, 2, 30.5, 0.01
    )
    back = to_reading(to_entry(samples, 1))
    assert isinstance(back, PulseSamples)
    for name in ("t_ns", "ir_counts", "red_counts"):
        assert np.array_equal(getattr(back, name), getattr(samples, name))
        assert getattr(back, name).dtype == getattr(samples, name).dtype
        assert not getattr(back, name).flags.writeable
    assert (back.first_sample, back.lost_samples, back.temperature_c, back.clock_error) == (9, 2, 30.5, 0.01)
    for reading in (
        ReportedBeat(5, 800.0),
        Turn(5, "burn", -2, (1, 2, 3)),
        Press(6, "record", True),
        Soul(7, "off"),
        Placing(8, 4.5),
    ):
        assert to_reading(to_entry(reading, 4)) == reading
        assert to_entry(reading, 4).number == 4
    with pytest.raises(UserError, match="expected one of dodge, burn, got 'bun'"):
        to_reading(TurnEntry(1, 1, "bun", 1))
    with pytest.raises(UserError, match="expected a zone of 0 to 10, got 11"):
        to_reading(PlacingEntry(1, 1, 11.0))


def test_two_writers_of_the_same_entries_write_the_same_bytes(tmp_path):
    write(tmp_path / "a.mcap")
    write(tmp_path / "b.mcap")
    assert (tmp_path / "a.mcap").read_bytes() == (tmp_path / "b.mcap").read_bytes()


def test_a_record_that_our_writer_never_writes_is_damage(tmp_path):
    """One bit turns a chunk into what readers pass over: its frames would be missing from the middle, unsaid."""
    path = tmp_path / "t.mcap"
    write(path)
    whole = path.read_bytes()
    at = 8
    while whole[at] != 0x0F:
        for opcode in (0x01, 0x02, 0x07, 0x09, 0x0C, 0x0F, 0x42):
            if opcode != whole[at]:
                path.write_bytes(whole[:at] + bytes([opcode]) + whole[at + 1 :])
                damage: list[str] = []
                read = list(read_timeline(path, damage=damage))
                assert len(damage) == 1, (at, opcode)
                assert read == ENTRIES[: len(read)]
        at += 9 + int.from_bytes(whole[at + 1 : at + 9], "little")
    assert at > 1000
