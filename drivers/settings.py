"""What can be set of each device: typed, with ranges and units, so that the configuration checks itself against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta


def _unit(unit: str) -> dict[str, str]:
    return {"unit": unit}


Pin = Annotated[int, Meta(ge=0, le=27, description="BCM number of the pin", extra=_unit("BCM"))]


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Which camera, and what it is asked for. A clip or a webcam keeps its own size and rate."""

    name: Annotated[Literal["sim", "file", "webcam", "pi"], Meta(description="which camera")] = "pi"
    source: Annotated[str, Meta(description="the clip to play, or the webcam's number")] = ""
    loop: Annotated[bool, Meta(description="play the clip again when it ends")] = True
    width: Annotated[int, Meta(ge=64, le=4056, multiple_of=2, extra=_unit("px"))] = 1280
    height: Annotated[int, Meta(ge=36, le=3040, multiple_of=2, extra=_unit("px"))] = 720
    rate_hz: Annotated[float, Meta(ge=1, le=120, extra=_unit("Hz"))] = 30.0


@dataclass(frozen=True, slots=True)
class PulseSettings:
    """Which pulse sensor. ``bus`` is the number of /dev/i2c-N, or "sim"."""

    name: Annotated[Literal["max3010x", "webcam", "strap", "taps", "none"], Meta(description="which pulse sensor")] = (
        "max3010x"
    )
    bus: Annotated[int | Literal["sim"], Meta(description="I2C bus: a number, or sim")] = 1
    source: Annotated[
        str, Meta(description="webcam: its number, or a clip of a fingertip; strap: its name or address")
    ] = ""
    rate_hz: Annotated[Literal[50, 100, 200, 400], Meta(description="samples a second", extra=_unit("Hz"))] = 100
    averaging: Annotated[Literal[1, 2, 4, 8, 16, 32], Meta(description="conversions in a sample")] = 1
    pulse_width_us: Annotated[
        Literal[69, 118, 215, 411], Meta(description="flash of each LED: 15, 16, 17, 18 bits", extra=_unit("us"))
    ] = 411
    adc_range_na: Annotated[
        Literal[2048, 4096, 8192, 16384], Meta(description="photocurrent of full scale", extra=_unit("nA"))
    ] = 4096
    led_ma: Annotated[float, Meta(ge=0, le=51, description="LED current", extra=_unit("mA"))] = 7.0
    red_led_ma: Annotated[float, Meta(ge=0, le=51, description="red LED current; 0 is off", extra=_unit("mA"))] = 7.0
    auto_light: Annotated[bool, Meta(description="the currents follow the finger, into 40 to 70 % of range")] = True
    interrupt: Annotated[Pin | Literal["none"], Meta(description="pin of the sensor's INT; none: it is polled")] = (
        "none"
    )


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """Which inertial sensor (IMU) feels how the rig is moved. ``bus`` is the number of /dev/i2c-N, or "sim"."""

    name: Annotated[Literal["mpu6050", "lsm6dsox", "none"], Meta(description="which motion sensor")] = "none"
    bus: Annotated[int | Literal["sim"], Meta(description="I2C bus: a number, or sim")] = 1
    address: Annotated[int, Meta(ge=0, le=0x77, description="on the bus; 0 is where such a chip usually is")] = 0
    rate_hz: Annotated[Literal[100, 200], Meta(description="nominal", extra=_unit("Hz"))] = 100


@dataclass(frozen=True, slots=True)
class SkinSettings:
    """Which sensor of skin conductance. ``bus`` is the number of /dev/i2c-N, or "sim"."""

    name: Annotated[
        Literal["grove", "tinygsr", "none"], Meta(description="grove: a Grove GSR on an ADS1115; tinygsr: its TLA2022")
    ] = "none"
    bus: Annotated[int | Literal["sim"], Meta(description="I2C bus: a number, or sim")] = 1
    address: Annotated[int, Meta(ge=0, le=0x77, description="on the bus; 0 is where such a chip usually is")] = 0
    supply_v: Annotated[float, Meta(ge=2.7, le=5.5, description="of the board", extra=_unit("V"))] = 3.3
    open_share: Annotated[
        float, Meta(ge=0, le=1, description="of the supply, at its output with electrodes off; 0: the board's usual")
    ] = 0.0
    reference_kohm: Annotated[
        float, Meta(ge=0, le=2000, description="resistor above the skin; 0: the board's own", extra=_unit("kohm"))
    ] = 0.0


@dataclass(frozen=True, slots=True)
class GripSettings:
    """Which sensor feels how hard the rig is held. ``bus`` is the number of /dev/i2c-N, or "sim"."""

    name: Annotated[Literal["fsr", "none"], Meta(description="fsr: a force-sensing resistor on an ADS1115")] = "none"
    bus: Annotated[int | Literal["sim"], Meta(description="I2C bus: a number, or sim")] = 1
    address: Annotated[int, Meta(ge=0, le=0x77, description="of the ADS1115; 0 is its usual one")] = 0
    channel: Annotated[int, Meta(ge=0, le=3, description="input of the ADS1115")] = 3
    supply_v: Annotated[float, Meta(ge=2.7, le=4.0, description="above the resistor", extra=_unit("V"))] = 3.3
    reference_kohm: Annotated[
        float, Meta(ge=0.1, le=1000, description="resistor below it, to ground", extra=_unit("kohm"))
    ] = 10.0


@dataclass(frozen=True, slots=True)
class TickSettings:
    """What marks zero, aim, record and a lost pulse for the hand. ``pins`` is whose pins: the Pi's own, or "sim"."""

    name: Annotated[
        Literal["buzzer", "piezo", "motor", "none"],
        Meta(description="buzzer: sounds by itself; piezo: is given its tone; motor: shakes"),
    ] = "none"
    pins: Annotated[Literal["lgpio", "sim"], Meta(description="whose pins")] = "lgpio"
    pin: Annotated[int, Meta(ge=0, le=27, description="pin of its transistor", extra=_unit("BCM"))] = 12
    tone_hz: Annotated[int, Meta(ge=100, le=8000, description="of a piezo", extra=_unit("Hz"))] = 2700
    muted: Annotated[bool, Meta(description="it begins silent; M on a keyboard changes it")] = False


@dataclass(frozen=True, slots=True)
class KnobPins:
    """Where one knob is wired, and how it counts (rig calibrate knobs measures the last two)."""

    a: Pin
    b: Pin
    push: Pin
    reverse: Annotated[bool, Meta(description="true when clockwise counts down")] = False
    edges_a_detent: Annotated[Literal[1, 2, 4], Meta(description="edges from one detent to the next")] = 4


@dataclass(frozen=True, slots=True)
class KnobsSettings:
    """Which knobs. ``pins`` is where the pins are: the Pi's own, or "sim"; ``bus`` the number of /dev/i2c-N, or "sim".

    The seesaw board needs no pins, potentiometers need those of the pushes, record and soul.
    """

    name: Annotated[
        Literal["gpio", "seesaw", "pots", "keyboard", "none"],
        Meta(description="gpio: encoders on pins; seesaw: Adafruit's board of four; pots: on an ADS1115"),
    ] = "gpio"
    pins: Annotated[Literal["lgpio", "sim"], Meta(description="whose pins")] = "lgpio"
    dodge: KnobPins = KnobPins(a=17, b=18, push=27)
    burn: KnobPins = KnobPins(a=22, b=23, push=24)
    record: Annotated[int, Meta(ge=0, le=27, description="pin of the record button", extra=_unit("BCM"))] = 25
    soul_off: Annotated[int, Meta(ge=0, le=27, description="pin low at `off`", extra=_unit("BCM"))] = 5
    soul_proof: Annotated[int, Meta(ge=0, le=27, description="pin low at `proof`", extra=_unit("BCM"))] = 6
    bus: Annotated[int | Literal["sim"], Meta(description="I2C bus of seesaw or pots: a number, or sim")] = 1
    address: Annotated[
        int, Meta(ge=0, le=0x77, description="of the seesaw board or the ADS1115; 0 is its usual one")
    ] = 0
    dodge_input: Annotated[int, Meta(ge=0, le=3, description="input of the ADS1115")] = 1
    burn_input: Annotated[int, Meta(ge=0, le=3, description="input of the ADS1115")] = 2
    supply_v: Annotated[float, Meta(ge=2.7, le=4.0, description="of the potentiometers", extra=_unit("V"))] = 3.3


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """How the negative is kept."""

    name: Annotated[Literal["x264"], Meta(description="which encoder")] = "x264"
    crf: Annotated[int, Meta(ge=0, le=40, description="constant rate factor: lower is finer")] = 18
    preset: Annotated[Literal["ultrafast", "superfast", "veryfast"], Meta(description="x264 preset")] = "ultrafast"
