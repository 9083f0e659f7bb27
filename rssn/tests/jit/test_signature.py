"""Signatures: two characters an operand."""

from rssn.jit._signature import Operand, Signature


def test_a_signature_reads_back():
    """Inputs, outputs, streaming."""
    found = Signature.parse(b"dclsfx?cn", 3)
    assert found.inputs == (Operand("f64", "c"), Operand("i64", "s"), Operand("f32", "x"))
    assert found.outputs == (Operand("bool", "c"),)
    assert found.streaming


def test_plain_stores_are_the_other_case():
    """The last letter alone says so."""
    assert not Signature.parse(b"dcdcp", 1).streaming
