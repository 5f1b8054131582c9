"""The test strip over HTTP: made once for all who ask while it is being made."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from inspect import signature


def test_all_who_ask_while_one_is_being_made_share_it(make_bench) -> None:
    made, begun, go_on = [], threading.Event(), threading.Event()
    make_strip = signature(make_bench).parameters["strip"].default

    def slowly():
        made.append(1)
        begun.set()
        assert go_on.wait(20)
        return make_strip()

    bench = make_bench(strip=slowly)
    try:
        with ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(bench.ask, "GET", "/strip.jpg") for _ in range(6)]
            assert begun.wait(20)
            assert bench.ask("GET", "/status")[0] == 200, "the server answers meanwhile"
            go_on.set()
            answers = {
                (status, headers["x-strip"], picture) for status, headers, picture in (a.result() for a in asked)
            }
        assert len(answers) == 1
        assert next(iter(answers))[0] == 200
        before = len(made)
        assert before <= 2, "those that came in after the first was done have one of their own"
        bench.ask("GET", "/strip.jpg")
        assert len(made) == before + 1, "the next one is new"
    finally:
        go_on.set()
        bench.finder.close()
