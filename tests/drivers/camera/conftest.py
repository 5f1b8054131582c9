"""Clips drawn for the tests of the cameras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

Draw = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Draw a clip: frames of code values (y, u, v) each, lossless; pts in milliseconds, or every 40."""

    def drawn(
        name: str = "clip.mkv",
        values: Sequence[tuple[int, int, int]] = ((100, 110, 140),) * 5,
        size: tuple[int, int] = (64, 48),
        pixels: str = "yuv420p",
        codec: str = "ffv1",
        tags: tuple[int, int, int] = (2, 0, 2),
        pts_ms: Sequence[int] | None = None,
    ) -> Path:
        path = tmp_path / name
        matrix, span, transfer = tags
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = size
            stream.pix_fmt = pixels
            context = stream.codec_context
            context.time_base = Fraction(1, 1000)
            context.colorspace, context.color_range, context.color_trc = matrix, span, transfer
            for number, value in enumerate(values):
                frame = av.VideoFrame(*size, pixels)
                for plane, level in zip(frame.planes, value, strict=False):
                    two_bytes = frame.format.components[0].bits > 8
                    data = np.full(
                        plane.buffer_size // (2 if two_bytes else 1), level, np.uint16 if two_bytes else np.uint8
                    )
                    plane.update(data.tobytes())
                frame.pts = pts_ms[number] if pts_ms else number * 40
                frame.time_base = Fraction(1, 1000)
                frame.colorspace, frame.color_range = matrix, span
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return drawn
