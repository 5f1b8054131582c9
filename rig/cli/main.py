"""The command `rig`: chooses a command's module, and turns every mistake into one clear line."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing itself costs 5 ms, and `rig --help` is to be quick
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from typing import Any, Protocol

    class Command(Protocol):
        """What every module of a command has."""

        def arguments(self, parser: ArgumentParser) -> None:
            """Declare the options."""

        def run(self, args: Namespace) -> int:
            """Do it; the exit status."""


COMMANDS = {
    "shoot": ("rig.cli.shoot", "shoot: the camera is graded live, and takes are kept"),
    "pulse": ("rig.cli.pulse", "watch the pulse on this terminal, keep it in a file, set your baseline"),
    "takes": ("rig.cli.takes", "list the takes"),
    "show": ("rig.cli.show", "what is in a take: duration, frames, beats, turns, faults"),
    "explain": ("rig.cli.explain", "which knob, route and signal made the look at a moment of a take"),
    "verify": ("rig.cli.verify", "check that a take is whole"),
    "recover": ("rig.cli.recover", "mend a take that a power cut or a crash has torn"),
    "print": ("rig.cli.print", "print a take again from its negative, or a photograph, or a folder of them"),
    "looks": ("rig.cli.looks", "list the looks; a contact sheet of a picture through all of them"),
    "perform": ("rig.cli.perform", "play a take or a photograph, and print it anew with your hands and your pulse now"),
    "routes": ("rig.cli.routes", "what bends what: the routes of a look; check a file of them"),
    "strip": ("rig.cli.strip", "a test strip: one picture in seven bands of one knob"),
    "sheet": ("rig.cli.sheet", "one picture of a take: negative, print, pulse and strokes"),
    "compare": ("rig.cli.compare", "a take and the performances over it, side by side on one page"),
    "latency": ("rig.cli.latency", "how long knob, beat and frame take to the print and the page of the running rig"),
    "calibrate": ("rig.cli.calibrate", "measure this rig once: knobs, light"),
    "config": ("rig.cli.config", "show the configuration, or check it"),
    "doctor": ("rig.cli.doctor", "look at this machine: what is there, what is missing, what to do"),
    "report": ("rig.cli.report", "pack what a bug report needs into one file; no picture, no pulse"),
}
USAGE, BUG, INTERRUPTED, PIPE_CLOSED = 2, 70, 130, 141  # 70: EX_SOFTWARE of sysexits.h; 128 + signal for the others


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 done and something is wrong, 2 to be mended by the person."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _choose(words)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as leaving:  # argparse's own way out
        return leaving.code if isinstance(leaving.code, int) else USAGE
    except Exception as error:  # noqa: BLE001 - the root of a command: told in one line, and logged
        return _told(error, words)


def _choose(words: list[str]) -> int:
    first = words[0] if words else ""
    if first in ("-h", "--help") or (first == "help" and len(words) == 1):
        sys.stdout.write(help_text())
        return 0
    if first in ("-V", "--version"):
        from importlib.metadata import version

        sys.stdout.write(f"darkroom-rig {version('darkroom-rig')}\n")
        return 0
    if first == "help":
        words, first = [words[1], "--help"], words[1]
    if first not in COMMANDS:
        return _unknown(first)
    from importlib import import_module

    command: Any = import_module(COMMANDS[first][0])
    return _run(command, first, words[1:])


def _run(command: Command, name: str, words: list[str]) -> int:
    from rig.cli.parser import Parser, parse

    parser = Parser(prog=f"rig {name}", description=COMMANDS[name][1], allow_abbrev=False)
    command.arguments(parser)
    return command.run(parse(parser, words))


def help_text() -> str:
    """What `rig --help` prints."""
    rows = "".join(f"  {name:<10} {line}\n" for name, (_, line) in COMMANDS.items())
    return (
        "usage: rig COMMAND [options]\n\n"
        "A handheld camera rig that prints live: pulse, dodge, burn, and a negative that is always kept.\n\n"
        f"{rows}\n"
        "rig COMMAND --help: the options of a command.  rig --version: which version this is.\n"
        "Without any hardware: rig shoot --sim\n"
    )


def _unknown(word: str) -> int:
    if not word:
        sys.stderr.write(help_text())
        return USAGE
    from rig.words import did_you_mean

    sys.stderr.write(f"rig: expected a command, got {word}{did_you_mean(word, COMMANDS)} (rig --help lists them)\n")
    return USAGE


def _told(error: Exception, words: list[str]) -> int:
    from drivers.errors import DriverError
    from rig.errors import UserError

    if isinstance(error, BrokenPipeError) and _reader_is_gone():
        return PIPE_CLOSED
    if isinstance(error, UserError | DriverError):
        for line in str(error).splitlines():
            sys.stderr.write(f"rig: {line}\n")
        return USAGE
    from rig.log import record_bug

    kept = record_bug(error, words)
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    sys.stderr.write(f"rig: this is a bug of ours, not of yours ({what}); {kept}; `rig report` packs it for us\n")
    return BUG


def _reader_is_gone() -> bool:
    """Whether what reads our output (`| head`) has closed it; then nothing more may be written, also not at exit."""
    import os
    import select

    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):  # not a file: nobody can have closed it
        return False
    poll = select.poll()
    poll.register(number, select.POLLOUT)
    gone = any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    if gone:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
    return gone


if __name__ == "__main__":
    raise SystemExit(main())
