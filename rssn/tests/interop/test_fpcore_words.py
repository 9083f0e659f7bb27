"""FPCore's operators: all of the standard's are known, or refused with a reason."""

from rssn.interop._fpcore_words import CONSTANTS, OPERATORS, REFUSED

STANDARD = """
+ - * / fabs fma exp exp2 expm1 log log10 log2 log1p pow sqrt cbrt hypot sin cos tan asin acos atan atan2 sinh cosh
tanh asinh acosh atanh erf erfc tgamma lgamma ceil floor fmod remainder fmax fmin fdim copysign trunc round nearbyint
< > <= >= == != and or not isfinite isinf isnan isnormal signbit
"""
NAMES = "E LOG2E LOG10E LN2 LN10 PI PI_2 PI_4 M_1_PI M_2_PI M_2_SQRTPI SQRT2 SQRT1_2 INFINITY NAN TRUE FALSE"


def test_every_word_of_the_standard_is_known() -> None:
    assert set(STANDARD.split()) <= OPERATORS.keys() | REFUSED.keys()
    assert set(NAMES.split()) <= CONSTANTS.keys()
