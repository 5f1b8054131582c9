"""The log: short lines to stderr (the journal), and a file that rotates in the state folder, for `rig report`.

What goes in: what was done and what failed. Never secrets, and never a value of the body.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

MOST_BYTES = 512 * 1024  # each of the three files: a card is not to be filled by a log
NAME = "rig.log"
_SYSLOG = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where the log is: systemd's StateDirectory, else $XDG_STATE_HOME, else ~/.local/state; not made here."""
    env = os.environ if environ is None else environ
    if given := env.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    base = env.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local/state") / "darkroom-rig"


@contextmanager
def open_log(folder: Path, journal: bool | None = None, aloud: bool = True) -> Iterator[None]:
    """Log to stderr and to ``folder``/rig.log until the end of the block.

    journal: put syslog's priorities before each line (None: when stderr is the journal). A folder that cannot be
    written is said once on stderr, and stops nothing. aloud: False for a command that tells faults on its own screen.
    """
    to_journal = "JOURNAL_STREAM" in os.environ if journal is None else journal
    root = logging.getLogger()
    handlers: list[logging.Handler] = [_stderr(to_journal) if aloud else logging.NullHandler()]
    before = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handlers[0])
    try:
        try:
            handlers.append(_file(folder))
            root.addHandler(handlers[1])
        except OSError as error:
            logging.getLogger("rig.log").warning("no log file in %s: %s", folder, error.strerror)
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(before)


def record_bug(error: Exception, words: list[str], environ: Mapping[str, str] | None = None) -> str:
    """Write the traceback into the log file; where it is, in words, or why it is nowhere."""
    for folder in (state_folder(environ), Path(tempfile.gettempdir()) / f"darkroom-rig-{os.getuid()}"):
        try:
            handler = _file(folder)
        except OSError:  # tried in the next folder; the last one's failing is told below
            continue
        info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("rig", logging.CRITICAL, __file__, 0, "rig %s", (" ".join(words),), info)
        handler.handle(record)
        handler.close()
        return f"its traceback is in {folder / NAME}"
    return f"no folder for its traceback could be written (tried {state_folder(environ)})"


def _file(folder: Path) -> RotatingFileHandler:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(folder / NAME, maxBytes=MOST_BYTES, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler


def _stderr(journal: bool) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Short(journal))
    handler.setLevel(logging.INFO if journal else logging.WARNING)  # a person at a terminal is told what is wrong
    return handler


class _Short(logging.Formatter):
    """`rig: message` without a traceback (the file has it), with systemd's <priority> before it in the journal."""

    def __init__(self, journal: bool) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        priority = f"<{_SYSLOG.get(record.levelno, 6)}>" if self._journal else ""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        return priority + "rig: " + " | ".join(text.splitlines())
