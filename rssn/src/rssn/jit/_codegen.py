"""Tape → LLVM IR, already vectorised: one loop over whole vectors.

The function `run(data, strides, count, frame)` handles `count` rows, a positive
multiple of the width. `data` points at one address per operand, `strides` at
one byte stride per operand (read for strided ones only); one more address may
follow, of a flag for integers that lose bits (`_emit_load.py`). Rows beyond the last
whole vector come to the same loop in a padded copy made by the caller, so that
there is one loop to compile and no second version of it to disagree.

Steps that are the same in every row run once, before the loop. A long tape is
cut into functions of bounded size (`_segments.py`), which hand values on in
`frame`: compilation stays linear, and no stack overflows. Sides of choices that
no row of a vector takes are jumped over (`_branches.py`), in one function only.
"""

from __future__ import annotations

from collections.abc import Callable

from ..vectormath import Emitter, Features, Module, Value
from ._body import Body, Stores
from ._branches import NO, YES, Branches
from ._emit_load import Watch
from ._segments import Segments, write_segments
from ._signature import SCALAR, Signature
from ._steps import LEAVES, LOADS
from ._tape import Tape

ENTRY = "run"


def generate(
    tape: Tape,
    signature: Signature,
    features: Features,
    width: int,
    accuracy: str = "1ulp",
    shipped: dict[str, str] | None = None,
) -> tuple[Module, int]:
    """Return the module whose function `run` executes the tape, and the bytes of frame it needs.

    The functions in `shipped` are called by the symbols there instead of being written.
    """
    module = Module(features, accuracy=accuracy)
    module.shipped.update(shipped or {})
    return module, write_loops(tape, signature, width, module)


def write_loops(tape: Tape, signature: Signature, width: int, module: Module, name: str = "") -> int:
    """Write the function into a module, private under a name of its own or as `run`; return the bytes of frame."""
    parameters = [("ptr", "data"), ("ptr", "strides"), ("i64", "count"), ("ptr", "frame")]
    function = module.function(name or ENTRY, "void", parameters, private=bool(name))
    body = Body(Emitter(function, width, tape.real_type), tape, signature)
    segments = Segments.of(tape, signature, width)
    if segments is None:
        _write_single(body)
        return 0
    write_segments(body, segments, write_loop, f"{name}.segment" if name else "segment")
    return segments.frame_bytes


def _write_single(body: Body) -> None:
    tape = body.tape
    for number in (*tape.loaded, *range(len(body.signature.inputs), len(body.operands))):
        body.open(number)
    values = _before_loop(body)

    reads = [n for n, step in enumerate(tape.steps) if step.operator in LOADS and n not in values]

    branches = Branches(tape, values)

    def one_row() -> None:
        # Outputs may lie where inputs do, so the first is stored after the last read; from then on
        # none waits, because a hundred of them would not fit into registers.
        # Integers are looked at in every row, also where a side of a choice is jumped over.
        for number in reads:
            if len(tape.outputs) > 1 or body.operands[tape.steps[number].operands[0]].is_checked:
                values[number] = body.leaf(number)
        stored = Stores(body)
        for number in range(len(tape.steps)):
            if number not in branches.inside:
                _write_step(body, number, values, branches)
                stored.after(number, values[number])

    write_loop(body, one_row)


def _write_step(body: Body, number: int, values: dict[int, Value], branches: Branches) -> None:
    """Write one step, and before a choice the sides that wait for it."""
    if number in values:
        return
    operator, operands = body.tape.steps[number]
    if operator in LEAVES:
        values[number] = body.leaf(number)
        return
    places = [place for place in (YES, NO) if (number, place) in branches.sides]
    for place in places[:1] if len(places) == 2 else ():
        values[operands[place]] = _write_side(body, number, place, values, branches)
    if places:
        values[number] = _write_side(body, number, places[-1], values, branches, chooses=True)
    else:
        values[number] = body.step(number, [values[n] for n in operands])


def _write_side(
    body: Body, choice: int, place: int, values: dict[int, Value], branches: Branches, *, chooses: bool = False
) -> Value:
    """Write the steps of one side of a choice behind a jump, with the choice itself if it `chooses`.

    Returns the value of either; where all rows jump, the side's is nothing, and the choice's is the other side.
    """
    e, operands = body.e, body.tape.steps[choice].operands
    condition = values[operands[0]]
    inside, after = e.new_label("side"), e.new_label("after")
    taken = e.any(condition if place == YES else e.mask_not(condition))
    before = e.block
    # Said to be seldom taken, or values that live across it would be spilled where it is not.
    e.branch(taken, inside, after, cold=True)
    e.begin(inside)
    with e.scope():
        for number in branches.sides[choice, place]:
            _write_step(body, number, values, branches)
        value = body.step(choice, [values[n] for n in operands]) if chooses else values[operands[place]]
    last = e.block
    e.jump(after)
    e.begin(after)
    otherwise = values[operands[YES + NO - place]].text if chooses else "poison"
    return e.phi(value.type, [(otherwise, before), (value.text, last)])


def _before_loop(body: Body) -> dict[int, Value]:
    """Write the steps that are the same in every row: constants, scalar arguments, and what follows from them."""
    values: dict[int, Value] = {}
    for number, (operator, operands) in enumerate(body.tape.steps):
        if operator in LEAVES:
            if operator not in LOADS or body.operands[operands[0]].layout == SCALAR:
                values[number] = body.leaf(number)
        elif all(n in values for n in operands):
            values[number] = body.step(number, [values[n] for n in operands])
    return values


def write_loop(body: Body, one_row: Callable[[], None]) -> None:
    """Write the loop over `count` rows around `one_row`, which finds the first row of its vector in `%row`."""
    e = body.e
    watch = Watch(e, len(body.operands), body.lost) if body.signature.is_checked else None
    entry_end, latch = e.block, e.new_label("latch")
    e.jump("loop")
    e.begin("loop")
    e.raw(f"  %row = phi i64 [ 0, %{entry_end} ], [ %next, %{latch} ]")
    if watch is not None:
        watch.open_loop(entry_end, latch)
    one_row()
    if watch is not None:
        watch.close_row()
    e.jump(latch)
    e.begin(latch)
    e.raw(f"  %next = add nuw i64 %row, {e.width}")
    e.raw("  %more = icmp ult i64 %next, %count")
    e.branch("%more", "loop", "done")
    e.begin("done")
    if body.signature.streaming and e.features.triple.startswith("x86_64"):
        # Streaming stores are weakly ordered: whoever reads the output next must see them.
        e.raw("  fence seq_cst")
    if watch is not None:
        watch.close_loop(e.ret)
    else:
        e.ret()
