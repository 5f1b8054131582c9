"""Ids sort by time; takes are found by what a person types, and nothing outside the takes folder is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.sim.clock import SimulatedClock
from rig.errors import UserError
from rig.session.ids import ID, check_id, new_id, new_take_ids
from rig.session.layout import check_outside_takes, check_there, check_writable, find_take, list_takes

SESSION = "20260101-000000-000-aaaa"
IDS = ("20260101-000001-000-k3f9", "20260101-000002-000-k3x1", "20260202-101112-345-zzzz")


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    for take_id in IDS[:2]:
        (tmp_path / SESSION / take_id).mkdir(parents=True)
    (tmp_path / SESSION / f"{IDS[2]}.part").mkdir()
    (tmp_path / SESSION / "notes").mkdir()
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "readme.txt").write_text("hello")
    return tmp_path


def test_ids_sort_by_time_and_say_it():
    ids = [new_id(1_767_225_600_000_000_000 + ms * 1_000_000) for ms in (0, 1, 999, 1000, 86_400_000, 40_000_000_000)]
    assert ids == sorted(ids)
    assert all(ID.fullmatch(one) for one in ids)
    assert ids[2].startswith("20260101-000000-999-")
    assert len({new_id(0) for _ in range(50)}) > 40
    session_id, take_id = new_take_ids(SimulatedClock())
    assert session_id[:-4] == take_id[:-4] == "20260101-000000-000-"


@pytest.mark.parametrize("text", ["", "..", "20260101-000000-000-AAAA", "20260101-000000-000-aaaa/..", "x" * 24])
def test_what_is_no_id(text):
    with pytest.raises(UserError, match="expected one like"):
        check_id(text)


def test_takes_are_listed_by_time_sealed_or_not(takes):
    places = list_takes(takes)
    assert [place.take_id for place in places] == list(IDS)
    assert [place.sealed for place in places] == [True, True, False]
    assert {place.session_id for place in places} == {SESSION}
    assert list_takes(takes / "none") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("last", 2), (IDS[0], 0), ("k3f9", 0), ("20260101-000002", 1), ("zzzz", 2), (f"{IDS[2]}.part", 2), ("202602", 2)],
)
def test_a_take_is_found(takes, text, number):
    assert find_take(takes, text).name.removesuffix(".part") == IDS[number]


def test_a_take_is_found_by_its_folder(takes):
    folder = takes / SESSION / IDS[0]
    assert find_take(Path("elsewhere"), str(folder)) == folder
    assert find_take(Path("elsewhere"), f"{folder}{os.sep}") == folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("20260101", "expected one take, got 2"),
        ("k3f8", "did you mean"),
        ("20260101-000001-000-k3f8", "did you mean 20260101-000001-000-k3f9"),
        ("", "got an unknown one"),
        ("../../nowhere", "it does not exist"),
        ("..", "its name is not a take's id"),
    ],
)
def test_a_take_that_is_not_there(takes, text, words):
    with pytest.raises(UserError, match=words):
        find_take(takes, text)


def test_no_takes_at_all(tmp_path):
    with pytest.raises(UserError, match=r"expected takes in .*, got none"):
        find_take(tmp_path, "last")


def test_a_takes_folder_under_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="expected a folder, got the file"):
        check_writable(tmp_path / "file" / "takes")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_takes_folder_without_leave(tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(UserError, match="expected one that can be written"):
        check_writable(tmp_path / "shut" / "takes")


def test_a_takes_folder_on_a_file_system_for_reading_only():
    if not Path("/proc/self").is_dir():
        pytest.skip("needs /proc")
    with pytest.raises(UserError, match="/proc"):
        check_writable(Path("/proc/self/takes"))


def test_a_name_that_no_file_system_takes_is_told_in_one_line(tmp_path):
    far = tmp_path / ("x" * 300)
    for call in (
        lambda: check_writable(far),
        lambda: check_there(far),
        lambda: list_takes(far),
        lambda: find_take(far, "last"),
        lambda: find_take(tmp_path, f"{tmp_path}/{SESSION}{'x' * 300}"),
        lambda: find_take(tmp_path, f"{far}/{SESSION}"),
    ):
        with pytest.raises(UserError) as caught:
            call()
        assert len(str(caught.value).splitlines()) == 1


def test_nothing_is_written_into_a_take(takes):
    folder = takes / SESSION / IDS[0]
    (folder / "negative-000.mp4").write_bytes(b"the only one")
    (takes / "link").symlink_to(folder)
    (folder / "sub").mkdir()
    for out in (folder / "negative-000.mp4", folder / "sub" / "a.mp4", takes / "link" / "b.mp4"):
        with pytest.raises(UserError, match=f"expected a place outside of takes, got the folder of take {IDS[0]}"):
            check_outside_takes(out, "print")
    check_outside_takes(takes / SESSION / "a.mp4", "print")
    check_outside_takes(takes / "a.mp4", "print")
