"""Numbers side by side: the vector registers of the processor, for kernels to write with.

`Lanes` are 16 numbers that are added and multiplied at once; a `Tile` is a column of them. LLVM
maps both to the registers that the processor has (AVX-512, AVX2, NEON, ...), so that the same
source is fast on each, and says exactly in which order numbers are summed. Left to itself, the
compiler puts a loop over 16 channels into registers only where it can prove that no two arrays
overlap, which it cannot for numba's.

Arrays are one-dimensional and contiguous, float32 or float64; indices count their entries and
are not checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, register_model

WIDTH = 16
"""Numbers in `Lanes`."""
TILE_ROWS = 8 if binding.get_host_cpu_features().get("avx512f") else 6
"""Rows of a matrix product's tile: as many as the registers hold, with some to spare."""
TRIO_ROWS = 3
"""Rows of perception's tile: three kernels weigh a neighbour once it is loaded."""

Code = Callable[[Any, Any, Any, Any], Any]
Typed = tuple[Any, Code]
operation: Callable[[Callable[..., Typed]], Callable[..., Any]] = intrinsic
"""Make an operation of a function of its arguments' types: it gives signature and code."""


class LanesType(types.Type):
    """Numba's type of `Lanes` (`rows` is 0) and of tiles."""

    def __init__(self, dtype: Any, rows: int) -> None:
        self.dtype, self.rows = dtype, rows
        super().__init__(name=f"Lanes({dtype}, {rows})")


@register_model(LanesType)
class LanesModel(models.PrimitiveModel):
    """What they are to LLVM: a vector, or an array of vectors."""

    def __init__(self, manager: Any, kind: LanesType) -> None:
        vector = ir.VectorType(_SCALARS[kind.dtype], WIDTH)
        super().__init__(  # type: ignore[no-untyped-call]
            manager, kind, ir.ArrayType(vector, kind.rows) if kind.rows else vector
        )


_SCALARS = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}
_SUFFIX = {types.float32: "f32", types.float64: "f64"}
_BYTES = {types.float32: 4, types.float64: 8}


@operation
def load(_typing: Any, array: Any, i: Any) -> Typed:
    """Return `array[i : i + 16]`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _load(context, builder, signature.args[0], *args)

    return LanesType(array.dtype, 0)(array, types.intp), code


@operation
def store(_typing: Any, array: Any, i: Any, lanes: Any) -> Typed:
    """Write `array[i : i + 16] = lanes`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _store(context, builder, signature.args[0], *args)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), code


@operation
def plus(_typing: Any, one: Any, other: Any) -> Typed:
    """Return `one + other`."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.fadd(*args)

    return one(one, other), code


@operation
def fma(_typing: Any, one: Any, other: Any, lanes: Any) -> Typed:
    """Return `lanes + one * other`."""

    def code(_context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _fma(builder, signature.return_type, *args)

    return lanes(one, other, lanes), code


@operation
def positive(_typing: Any, lanes: Any, where: Any) -> Typed:
    """Return 0 for the lanes where `where <= 0`: the ReLU, and its derivative; NaN stays."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return _positive(builder, *args)

    return lanes(lanes, where), code


@operation
def blank(_typing: Any, array: Any) -> Typed:
    """Return three rows of zeros, of the type of an array."""

    def code(context: Any, _builder: Any, signature: Any, _args: Any) -> Any:
        return ir.Constant(context.get_value_type(signature.return_type), None)

    return LanesType(array.dtype, TRIO_ROWS)(array), code


@operation
def repeated(_typing: Any, lanes: Any) -> Typed:
    """Return a tile whose every row is `lanes`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _build(context, builder, signature.return_type, lambda _row: args[0])

    return LanesType(lanes.dtype, TILE_ROWS)(lanes), code


@operation
def load_tile(_typing: Any, array: Any, i: Any, stride: Any) -> Typed:
    """Return a tile whose row r is `array[i + r * stride :][:16]`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, i, stride = args

        def row(r: int) -> Any:
            return _load(context, builder, signature.args[0], array, _at(builder, i, stride, r))

        return _build(context, builder, signature.return_type, row)

    return LanesType(array.dtype, TILE_ROWS)(array, types.intp, types.intp), code


@operation
def load_trio(_typing: Any, array: Any, i: Any, stride: Any, count: Any) -> Typed:
    """Return three rows as `load_tile` does, of which all but the first `count` are zeros."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, i, stride, count = args

        def row(r: int) -> Any:
            here = builder.icmp_signed("<", ir.Constant(count.type, r), count)
            at = builder.select(here, _at(builder, i, stride, r), i)
            lanes = _load(context, builder, signature.args[0], array, at)
            return builder.select(here, lanes, ir.Constant(lanes.type, None))

        return _build(context, builder, signature.return_type, row)

    return LanesType(array.dtype, TRIO_ROWS)(array, types.intp, types.intp, types.intp), code


@operation
def store_tile(_typing: Any, array: Any, i: Any, stride: Any, tile: Any) -> Typed:
    """Write row r of a tile to `array[i + r * stride :][:16]`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, i, stride, tile = args
        for r in range(signature.args[3].rows):
            row = builder.extract_value(tile, r)
            _store(context, builder, signature.args[0], array, _at(builder, i, stride, r), row)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, tile), code


@operation
def fma_tile(_typing: Any, weights: Any, i: Any, stride: Any, lanes: Any, tile: Any) -> Typed:
    """Return a tile with `weights[i + r * stride] * lanes` added to each row r."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        weights, i, stride, lanes, tile = args

        def row(r: int) -> Any:
            at = _at(builder, i, stride, r)
            weight = _splat(builder, _number(context, builder, signature.args[0], weights, at))
            before = builder.extract_value(tile, r)
            return _fma(builder, signature.args[3], weight, lanes, before)

        return _build(context, builder, signature.return_type, row)

    return tile(weights, types.intp, types.intp, lanes, tile), code


@operation
def weigh_rows(_typing: Any, weights: Any, i: Any, tile: Any, lanes: Any) -> Typed:
    """Return `lanes` with `weights[i + r]` times each row r of a tile added."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        weights, i, tile, lanes = args
        one = ir.Constant(i.type, 1)
        for r in range(signature.args[2].rows):
            at = _at(builder, i, one, r)
            weight = _splat(builder, _number(context, builder, signature.args[0], weights, at))
            row = builder.extract_value(tile, r)
            lanes = _fma(builder, signature.return_type, weight, row, lanes)
        return lanes

    return lanes(weights, types.intp, tile, lanes), code


@operation
def positive_tile(_typing: Any, tile: Any) -> Typed:
    """Return the tile with 0 for what is not positive."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def row(r: int) -> Any:
            lanes = builder.extract_value(args[0], r)
            return _positive(builder, lanes, lanes)

        return _build(context, builder, signature.return_type, row)

    return tile(tile), code


@operation
def row_of(_typing: Any, tile: Any, r: Any) -> Typed:
    """Return row `r` of a tile of three."""

    def code(_context: Any, builder: Any, signature: Any, args: Any) -> Any:
        tile, r = args
        found = builder.extract_value(tile, signature.args[0].rows - 1)
        for k in reversed(range(signature.args[0].rows - 1)):
            here = builder.icmp_signed("==", r, ir.Constant(r.type, k))
            found = builder.select(here, builder.extract_value(tile, k), found)
        return found

    return LanesType(tile.dtype, 0)(tile, types.intp), code


def _at(builder: Any, i: Any, stride: Any, r: int) -> Any:
    return builder.add(i, builder.mul(stride, ir.Constant(i.type, r)))


def _pointer(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
    return builder.gep(context.make_array(kind)(context, builder, array).data, [i])


def _number(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
    return builder.load(_pointer(context, builder, kind, array, i))


def _vector_pointer(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
    vector = ir.VectorType(_SCALARS[kind.dtype], WIDTH)
    return builder.bitcast(_pointer(context, builder, kind, array, i), vector.as_pointer())


def _load(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
    pointer = _vector_pointer(context, builder, kind, array, i)
    return builder.load(pointer, align=_BYTES[kind.dtype])


def _store(context: Any, builder: Any, kind: Any, array: Any, i: Any, lanes: Any) -> None:
    pointer = _vector_pointer(context, builder, kind, array, i)
    builder.store(lanes, pointer, align=_BYTES[kind.dtype])


def _build(context: Any, builder: Any, kind: LanesType, row: Callable[[int], Any]) -> Any:
    tile = ir.Constant(context.get_value_type(kind), ir.Undefined)
    for r in range(kind.rows):
        tile = builder.insert_value(tile, row(r), r)
    return tile


def _splat(builder: Any, number: Any) -> Any:
    nothing = ir.Constant(ir.VectorType(number.type, WIDTH), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, nothing, everywhere)


def _fma(builder: Any, kind: LanesType, one: Any, other: Any, lanes: Any) -> Any:
    # `fmuladd`, not `fma`: where the processor has no such instruction, two will do.
    function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
        builder.module,
        ir.FunctionType(lanes.type, [lanes.type] * 3),
        f"llvm.fmuladd.v{WIDTH}{_SUFFIX[kind.dtype]}",
    )
    return builder.call(function, [one, other, lanes])


def _positive(builder: Any, lanes: Any, where: Any) -> Any:
    zero = ir.Constant(lanes.type, None)
    return builder.select(builder.fcmp_unordered(">", where, zero), lanes, zero)
