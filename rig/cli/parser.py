"""argparse with our wording: one line that says what was expected, with did-you-mean, and exit status 2."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from rig.words import did_you_mean


class Parser(argparse.ArgumentParser):
    """A subclass because argparse's way of telling is a method, and its sub-parsers take the class of their parent."""

    def error(self, message: str) -> NoReturn:
        """One line on stderr and exit status 2."""
        kinds = {"float": "a number", "int": "a whole number"}
        message = re.sub(r"invalid (float|int) value: ", lambda kind: f"expected {kinds[kind[1]]}, got ", message)
        sys.stderr.write(f"{self.prog}: {message} ({self.prog} --help shows how)\n")
        raise SystemExit(2)


def parse(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """The namespace of a command line; a word that the command does not know gets a did-you-mean."""
    args, extra = parser.parse_known_args(words)
    if extra:
        word = extra[0].split("=", 1)[0]
        options = [option for action in parser._actions for option in action.option_strings]
        what = "an option of this command" if word.startswith("-") else "no further word"
        parser.error(f"expected {what}, got {word}{did_you_mean(word, options)}")
    return args
