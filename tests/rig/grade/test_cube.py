"""Tables in .cube files: read, looked up, written, and every mistake told with its line. (OpenColorIO's answers to the
same files are in tests/reference.)"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rig.errors import UserError
from rig.grade.cube import parse_cube, read_cube, write_cube
from rig.grade.look import look_from_dict
from rig.grade.picture import Picture
from rig.grade.reference import print_picture

UNCHANGED = "LUT_3D_SIZE 2\n" + "".join(f"{r} {g} {b}\n" for b in (0, 1) for g in (0, 1) for r in (0, 1))
RGB = np.random.default_rng(3).random((50, 3))


def mistakes(text: str) -> list[str]:
    with pytest.raises(UserError) as error:
        parse_cube(text, "film.cube")
    return str(error.value).splitlines()


def test_titles_comments_blanks_and_windows_line_ends_are_read_over() -> None:
    text = 'TITLE "a # b"\n\n# made by hand\n' + UNCHANGED.replace("\n", " # so\n", 3)
    for each in (text, text.replace("\n", "\r\n")):
        cube = parse_cube(each, "film.cube")
        assert cube == parse_cube(UNCHANGED, "other.cube")
        assert np.abs(cube.look_up(RGB) - RGB).max() < 1e-12


def test_a_domain_scales_what_is_looked_up_and_beyond_it_the_edge_counts() -> None:
    cube = parse_cube("DOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 2 4\n" + UNCHANGED, "film.cube")
    assert cube.look_up(np.array([1.0, 2.0, 1.0])) == pytest.approx([0.5, 1.0, 0.25])
    assert cube.look_up(np.array([-1.0, 3.0, 9.0])) == pytest.approx([0.0, 1.0, 1.0])
    resolve = parse_cube("LUT_3D_INPUT_RANGE 0.5 1.5\n" + UNCHANGED, "film.cube")
    assert resolve.look_up(np.array([0.5, 1.0, 1.5])) == pytest.approx([0.0, 0.5, 1.0])
    assert cube != resolve


def test_red_changes_fastest() -> None:
    cube = parse_cube(write_cube(lambda rgb: rgb * [1.0, 0.5, 0.25], 3), "film.cube")
    assert np.abs(cube.look_up(RGB) - RGB * [1.0, 0.5, 0.25]).max() < 2e-6


def test_curves_of_one_dimension_bend_each_channel_by_itself() -> None:
    cube = parse_cube("LUT_1D_SIZE 3\n0 0.1 0\n0.25 0.5 0.5\n1 0.9 1\n", "film.cube")
    assert cube.look_up(np.array([0.25, 0.75, 0.5])) == pytest.approx([0.125, 0.7, 0.5])
    assert cube.look_up(np.array([-1.0, 2.0, 0.0])) == pytest.approx([0.0, 0.9, 0.0])


def test_all_mistakes_come_at_once_with_their_lines() -> None:
    assert mistakes("LUT_3D_SIZE 2\nDOMAIN_MIN 0 0\n0 0\n0 nan 0\nLUT_3D_SIZ 2\nDOMAIN_MAX 1 1 0\n0 0 0 0\n") == [
        "film.cube:1: expected 8 rows of red, green, blue for a size of 2, got 3",
        "film.cube:2: expected three numbers after DOMAIN_MIN, got 0 0",
        "film.cube:3: expected red, green, blue, got 0 0",
        "film.cube:4: expected red, green, blue, got 0 nan 0",
        "film.cube:5: expected three numbers or one of TITLE, LUT_1D_SIZE, LUT_3D_SIZE, DOMAIN_MIN, DOMAIN_MAX, "
        "LUT_1D_INPUT_RANGE, LUT_3D_INPUT_RANGE, got LUT_3D_SIZ, did you mean LUT_3D_SIZE?",
        "film.cube:6: expected a domain that begins below its end, got [0.0, 0.0, 0.0] to [1.0, 1.0, 0.0]",
        "film.cube:7: expected red, green, blue, got 0 0 0 0",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "film.cube:1: expected LUT_3D_SIZE or LUT_1D_SIZE before the table, got none"),
        ("LUT_3D_SIZE 2.5\n", "film.cube:1: LUT_3D_SIZE: expected a whole number 2 to 129, got 2.5"),
        ("LUT_3D_SIZE\n", "film.cube:1: LUT_3D_SIZE: expected a whole number 2 to 129, got nothing"),
        ("LUT_3D_SIZE 4000000000000\n", "LUT_3D_SIZE: expected a whole number 2 to 129, got 4000000000000"),
        (UNCHANGED + "LUT_1D_SIZE 2\n", "film.cube:10: expected one table in a file, got a second one (LUT_1D_SIZE)"),
        ("x y z\n" * 30, "film.cube: and 23 more such lines"),
    ],
)
def test_a_mistake_is_one_clear_line(text: str, says: str) -> None:
    assert says in mistakes(text)[-1]


def test_a_file_is_read_once_so_that_nothing_that_happens_to_it_stops_a_shoot(tmp_path: Path) -> None:
    path = tmp_path / "a.cube"
    path.write_text(write_cube(lambda rgb: rgb, 2))
    first = read_cube(str(path))
    path.write_text("no table any more")
    assert read_cube(str(path)) is first
    path.unlink()
    assert read_cube(str(path)) is first
    with pytest.raises(UserError, match=r"b\.cube: expected a file, got nothing there"):
        read_cube(str(tmp_path / "b.cube"))


def test_a_look_is_written_as_far_as_it_does_not_depend_on_the_place() -> None:
    tables = {
        "exposure": {"ev": 0.3},
        "temperature": {"mired": 15.0},
        "contrast": {"contrast": 0.2},
        "split_tone": {"shadow_strength": 0.2},
    }
    local = {"dodge": {"stops": 1.0}, "vignette": {"stops": 0.5}, "grain": {"stops": 0.1}, "zones": {"z3": 1.0}}
    text = write_cube(look_from_dict(tables | local), 33, 'the "evening"')
    assert text.splitlines()[:3] == [
        "TITLE \"the 'evening'\"",
        "# left out, as it depends on the place in the picture: zones, dodge, vignette, grain",
        "LUT_3D_SIZE 33",
    ]
    printed = parse_cube(text, "film.cube").look_up(RGB)
    wanted = np.clip(print_picture(Picture(RGB[None]), look_from_dict(tables).fold(), ())[0], 0.0, 1.0)
    assert np.abs(printed - wanted).mean() < 0.001
    assert np.abs(printed - wanted).max() < 0.012
    assert "left out" not in write_cube(look_from_dict(tables), 2)


def test_a_look_with_a_lut_goes_through_it_and_out_again(tmp_path: Path) -> None:
    path = tmp_path / "film.cube"
    path.write_text(write_cube(lambda rgb: rgb**1.5, 17))
    again = parse_cube(write_cube(look_from_dict({"lut": {"file": str(path)}}), 17), "again.cube")
    assert np.abs(again.look_up(RGB) - read_cube(str(path)).look_up(RGB)).max() < 3e-6


@pytest.mark.parametrize(("content", "byte"), [(b"\x89PNG\r\n", "0x89"), (b"BM\0\0", "0x00")])
def test_a_picture_is_no_table(tmp_path: Path, content: bytes, byte: str) -> None:
    path = tmp_path / "film.cube"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"film\.cube: expected a \.cube file \(text in UTF-8\), got byte {byte}$"):
        read_cube(str(path))


def test_a_size_that_no_program_reads_is_refused() -> None:
    with pytest.raises(UserError, match="size: expected 2 to 129 entries along each side, got 1"):
        write_cube(look_from_dict({}), 1)
