"""Errors of the drivers. Each is also a builtin, so that callers may catch either; each message names the remedy."""

from __future__ import annotations


class DriverError(Exception):
    """A device does not do what it should; the message is one line for the person who holds the rig."""


class DeviceNotFound(DriverError, FileNotFoundError):
    """No such device, or nothing answers there."""

    __str__ = Exception.__str__


class DevicePermission(DriverError, PermissionError):
    """The device is there and this user may not open it."""

    __str__ = Exception.__str__


class WrongDevice(DriverError, ValueError):
    """Something answers, and it is not the device that was expected."""


class DeviceLost(DriverError, ConnectionError):
    """The device was there and no longer answers."""

    __str__ = Exception.__str__


class LibraryMissing(DriverError, ImportError):
    """A library that this device needs is not installed; the message says how to install it."""


class BadInput(DriverError, ValueError):
    """A file that was to be played is not what it has to be: where, what was expected, what came."""
