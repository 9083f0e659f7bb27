"""Both engines under every test of the room: the native loops over rows and their readable twin."""

import sys
from pathlib import Path

import pytest

from bincode_next.arrays import _columns, _decode, _encode, _varint_c, _varint_py

sys.path.insert(0, str(Path(__file__).parent))  # for wire


@pytest.fixture(params=["native", "twin"])
def rows(request, monkeypatch):
    """Return the engine that the room uses in this test."""
    engine = _varint_c if request.param == "native" else _varint_py
    for module in (_encode, _columns):
        monkeypatch.setattr(module, "encode_rows", engine.encode_rows)
    for module in (_decode, _columns):
        monkeypatch.setattr(module, "decode_rows", engine.decode_rows)
    return engine
