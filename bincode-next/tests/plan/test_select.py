"""Which plan serves, and the fingerprint in front of it."""

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

import bincode_next
from bincode_next.config import PURE_PYTHON, standard, v3
from bincode_next.errors import BufferTooSmallError, SchemaError, SchemaMismatch, UnexpectedEnd
from bincode_next.fingerprint import prefix
from bincode_next.plan import plan_of
from bincode_next.plan._plan_py import Plan as Twin
from bincode_next.plan._select import made
from bincode_next.schema import schema_of
from bincode_next.types import Range, u8, u32


@dataclass
class MyStruct:
    a: u32
    b: str


def test_a_plan_is_made_once() -> None:
    schema = schema_of(MyStruct)
    assert plan_of(schema, standard()) is plan_of(schema, standard())
    assert plan_of(schema, standard()) is not plan_of(schema, v3())


def test_classes_of_the_same_shape_have_plans_of_their_own() -> None:
    """Schemas compare by what is on the wire, but decoding makes instances of the class."""
    first = schema_of(MyStruct)
    namespace: dict[str, type] = {}
    exec("@dataclass\nclass MyStruct:\n    a: u32\n    b: str", {**globals(), "__name__": "other"}, namespace)
    second = schema_of(namespace["MyStruct"])
    assert first == second
    assert type(plan_of(second, standard()).decode(b"\1\0")[0]) is namespace["MyStruct"]
    assert type(plan_of(first, standard()).decode(b"\1\0")[0]) is MyStruct


@pytest.mark.parametrize("twin", [False, True])
def test_a_fingerprint_stands_before_the_value(twin: bool) -> None:
    schema, config = schema_of(MyStruct), v3().with_fingerprint()
    plan = made(schema, config, Twin) if twin else plan_of(schema, config)
    value = MyStruct(1, "hello")
    data = plan.encode(value)
    assert data.hex() == "1bec6ef1a418dc86010568656c6c6f"
    assert data[:8] == prefix(schema, config)
    assert plan.size(value) == 15
    assert plan.decode(b"xx" + data, 2) == (value, 17)
    buffer = bytearray(16)
    assert plan.encode_into(value, buffer, 1) == 16
    assert buffer[1:] == data
    with pytest.raises(BufferTooSmallError):
        plan.encode_into(value, bytearray(14))


def test_another_fingerprint_is_refused() -> None:
    plan = plan_of(schema_of(MyStruct), v3().with_fingerprint())
    data = plan.encode(MyStruct(1, "a"))
    with pytest.raises(SchemaMismatch) as caught:
        plan.decode(b"\0" + data[1:])
    assert (caught.value.offset, caught.value.wanted) == (0, data[:8].hex())
    for cut in range(8):
        with pytest.raises(UnexpectedEnd) as ended:
            plan.decode(data[:cut])
        assert ended.value.additional == 8 - cut
    with pytest.raises(UnexpectedEnd) as ended:
        plan.decode(data[:-1])
    assert (ended.value.path, ended.value.offset) == ("b", 10)


def test_a_legacy_fingerprint_is_demanded_and_not_written() -> None:
    """So does the crate, which can't read what it writes then."""
    plan = plan_of(schema_of(MyStruct), v3().with_legacy_fingerprint(0x1122334455667788))
    data = plan.encode(MyStruct(1, "a"))
    assert data == b"\1\1a"
    assert plan.size(MyStruct(1, "a")) == 3
    with pytest.raises(UnexpectedEnd):
        plan.decode(data)
    assert plan.decode(bytes.fromhex("8877665544332211") + data)[0] == MyStruct(1, "a")


def test_what_has_no_fingerprint_is_refused_when_the_plan_is_made() -> None:
    with pytest.raises(SchemaError):
        plan_of(schema_of(Range[u8]), v3().with_fingerprint())


def test_the_twin_is_selected_by_the_environment() -> None:
    code = "from bincode_next.plan._select import Plan; print(Plan.__module__)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"BINCODE_NEXT_PURE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "bincode_next.plan._plan_py"


@pytest.mark.skipif(PURE_PYTHON, reason="the twin runs under any Python")
@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python always has the GIL")
def test_a_free_threaded_python_turns_the_gil_on_for_the_native_engine() -> None:
    """The engine reads objects that no other thread may change meanwhile."""
    code = "import sys; from bincode_next.plan import plan_of; print(sys._is_gil_enabled())"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_no_native_module_claims_to_do_without_the_gil() -> None:
    """What is compiled says that it uses the GIL: Cython's word for it, which nothing here takes back."""
    root = Path(bincode_next.__file__).parent
    sources = [*root.rglob("*.pyx"), *root.rglob("*.pxi"), *root.rglob("*.h")]
    assert {"_plan_c.pyx", "_varint_c.pyx"} <= {source.name for source in sources}
    claims = ("freethreading_compatible", "CYTHON_FREETHREADING_COMPATIBLE", "Py_MOD_GIL_NOT_USED")
    for source in [*sources, *root.parent.parent.glob("setup.py")]:
        assert not any(claim in source.read_text() for claim in claims), source.name
