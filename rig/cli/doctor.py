"""`rig doctor`: what is there, what is missing, and what to do about it; one line each."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--config", type=Path, metavar="F", help="this configuration instead of ./rig.toml or ~/.config"
    )
    parser.add_argument("--json", action="store_true", help="for a program: one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit status 1 when something has to be mended before this rig can shoot."""
    from drivers.clock import SystemClock
    from rig.doctor import examine

    findings = examine(args.config, SystemClock())
    failed = [finding for finding in findings if finding.state == "fail"]
    if args.json:
        import json
        from dataclasses import asdict

        answer = {"ok": not failed, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
        return 1 if failed else 0
    for finding in findings:
        remedy = f"\n{'':17}-> {finding.remedy}" if finding.remedy else ""
        sys.stdout.write(f"{finding.state:<5}{finding.name:<11} {finding.says}{remedy}\n")
    return 1 if failed else 0
