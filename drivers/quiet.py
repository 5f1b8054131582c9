"""OpenCV without its own warnings on stderr: the one line of our error says it all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import cv2

T = TypeVar("T")


def quietly(call: Callable[[], T]) -> T:
    """What the call gives; OpenCV says nothing meanwhile."""
    logging: Any = getattr(cv2.utils, "logging", cv2)  # OpenCV 5, and 4
    level = logging.getLogLevel()
    logging.setLogLevel(0)
    try:
        return call()
    finally:
        logging.setLogLevel(level)


def open_webcam(number: int) -> cv2.VideoCapture:
    """The webcam of that number. On Linux V4L2 alone is asked: the others only warn of devices that nobody has."""
    return quietly(lambda: cv2.VideoCapture(number, cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY))
