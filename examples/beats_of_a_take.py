"""Every beat of a take, and the look the print had at that moment: python beats_of_a_take.py FOLDER"""

from __future__ import annotations

import sys
from pathlib import Path

from rig.reprint import shown_looks
from rig.session.entries import BeatEntry
from rig.session.reader import open_take

take = open_take(Path(sys.argv[1]))
looks = list(shown_looks(take))
for beat in take.entries(BeatEntry):
    seconds = (beat.t_ns - take.start.t_ns) / 1e9
    look = next((made.look for made in looks if made.entry.t_ns >= beat.t_ns), looks[-1].look)
    print(f"{seconds:7.2f} s  dodge {look.dodge.stops:+.2f} stops  {look.temperature.mired:+.2f} mired")
