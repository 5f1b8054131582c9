"""`rig config`: the configuration that would be used, as TOML; `--check` says all its mistakes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--config", type=Path, metavar="F", help="this file instead of ./rig.toml or ~/.config")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--defaults", action="store_true", help="the defaults, to begin a file of your own with")
    what.add_argument(
        "--check",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="FILE",
        help="say whether the file is fine, or all mistakes",
    )


def run(args: argparse.Namespace) -> int:
    """Show, or check."""
    from rig.config import Config, config_to_toml, find_config, load_config

    if args.defaults:
        sys.stdout.write(config_to_toml(Config()))
        return 0
    asked = args.config
    if args.check is not None and args.check != Path():
        asked = args.check
    found = find_config(asked, Path(), Path.home())
    config = load_config(asked)
    if args.check is None:
        sys.stdout.write(f"# from {'the defaults: there is no rig.toml' if found is None else found}\n")
        sys.stdout.write(config_to_toml(config))
    else:
        from rig.modulation.of_look import load_look_and_routes

        load_look_and_routes(config.look.name)  # a look and its routes may be wrong too
        sys.stdout.write("no file: the defaults hold\n" if found is None else f"{found}: fine\n")
    return 0
