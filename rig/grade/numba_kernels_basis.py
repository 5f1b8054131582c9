"""What all loops of the Numba engine are made with: how they are compiled, and arithmetic of 16 bits.

Python's whole numbers have 64 bits in Numba, and the compiler keeps them wherever it cannot tell that 16 are enough:
four pixels at a time instead of sixteen. These functions say so. Nothing is compiled when this is imported:
numba_compile.py does that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

Function = TypeVar("Function")


class Decorator(Protocol):
    """Numba's decorators leave a function's type as it is."""

    def __call__(self, function: Function, /) -> Function:
        """The function, to be compiled."""


class Intrinsic(Protocol):
    """Numba calls the function with types, whoever calls the result with numbers."""

    def __call__(self, function: Callable[..., Any], /) -> Callable[..., Any]:
        """What is called with numbers."""


# Without Numba's runtime nobody counts who holds an array: each slice would, by an atomic instruction, a quarter of a
# print's time. The price is that no kernel can make an array.
OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": True,
    "error_model": "numpy",
    "boundscheck": False,
    "_nrt": False,
}
INNER = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # not called from Python: compiles sooner
kernel: Decorator = numba.njit(**OPTIONS)  # called from Python
jit: Decorator = numba.njit(**INNER, forceinline=True)  # called for every piece of a row
seldom: Decorator = numba.njit(**INNER)
of_16_bits: Intrinsic = intrinsic
i16, i32, u8, u16, u32, f32 = np.int16, np.int32, np.uint8, np.uint16, np.uint32, np.float32


@of_16_bits
def high(_context: Any, _a: Any, _b: Any) -> Any:
    """(a * b) >> 16 of two int16: one instruction for 16 pixels, which the compiler does not find by itself."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        wide = ir.IntType(32)
        product = builder.mul(builder.sext(values[0], wide), builder.sext(values[1], wide), flags=["nsw"])
        return builder.trunc(builder.ashr(product, ir.Constant(wide, 16)), ir.IntType(16))

    return types.int16(types.int16, types.int16), generate


@of_16_bits
def plus(_context: Any, _a: Any, _b: Any) -> Any:
    """a + b of two int16 in 16 bits, where the compiler would add products in 64."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.add(values[0], values[1])

    return types.int16(types.int16, types.int16), generate


@of_16_bits
def minus(_context: Any, _a: Any, _b: Any) -> Any:
    """a - b of two int16 in 16 bits."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.sub(values[0], values[1])

    return types.int16(types.int16, types.int16), generate


@of_16_bits
def bits(_context: Any, _value: Any) -> Any:
    """The bits of a float32, as an int32."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], ir.IntType(32))

    return types.int32(types.float32), generate


@jit
def rounded(value: Any) -> Any:
    """The nearest int16 of a float32 in its range."""
    return i16(i32(value + f32(32768.5)) - i32(32768))


@jit
def multiply(value: Any, gain: Any, up: Any, most: Any) -> Any:
    """value * gain with OUT_BITS behind the point. up: times what, after it; most: what may be multiplied by that."""
    product = high(value, gain)
    product = most if product > most else product
    product = i16(-most) if product < i16(-most) else product
    return i16(product * up)
