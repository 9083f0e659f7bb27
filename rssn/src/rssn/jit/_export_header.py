"""The C header of an exported library: what each function does, in words, and how C, C++ and Rust see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_REAL: Final = {"f64": "double", "f32": "float"}
_LONGEST_COMMENT = 400
_WORDS: Final = (
    *("auto", "bool", "break", "case", "catch", "char", "class", "const", "continue", "default", "delete", "do"),
    *("double", "else", "enum", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long"),
    *("namespace", "new", "operator", "private", "protected", "public", "register", "restrict", "return", "short"),
    *("signed", "sizeof", "static", "struct", "switch", "template", "this", "throw", "true", "try", "typedef"),
    *("typename", "union", "unsigned", "using", "virtual", "void", "volatile", "while", "rows", "out", "threads"),
    "out_stride",
)
"""Words that no parameter may be called: C's, C++'s, and those of our own parameters."""


class Declared(NamedTuple):
    """One family of functions: its name, what it computes, in words, and how many results a row has."""

    name: str
    meaning: str
    outputs: int


def header(declared: Sequence[Declared], arguments: Sequence[str], real_type: str, made: str, library: str) -> str:
    """Return the text of a header. `made` says how the code was made, `library` is the name of its file."""
    guard = f"RSSN_{_upper(declared[0].name)}_H"
    real, names = _REAL[real_type], parameter_names(arguments)
    blocks = "\n".join(_declarations(each, names, real) for each in declared)
    return (
        f"/* {library}: made by rssn, {made}.\n"
        " * Needs the C library alone. Functions keep no state and may be called from many threads at once.\n"
        " * A result may lie where an argument lies, if they are the same rows. Truth values are 1 and 0. */\n"
        f"#ifndef {guard}\n#define {guard}\n\n#include <stddef.h>\n\n"
        '#ifdef __cplusplus\nextern "C" {\n#endif\n\n'
        f"{blocks}\n"
        f"#ifdef __cplusplus\n}}\n#endif\n\n#endif /* {guard} */\n"
    )


def _declarations(family: Declared, names: Sequence[str], real: str) -> str:
    name, single = family.name, family.outputs == 1
    values = ", ".join(f"{real} {each}" for each in names)
    arrays = ", ".join(f"const {real} *{each}" for each in names)
    strided = ", ".join(f"const {real} *{each}, ptrdiff_t {each}_stride" for each in names)
    out = f"{real} *out" if single else f"{real} *const *out"
    row = f"{real} {name}({values or 'void'});" if single else f"void {name}({_joined(values, f'{real} *out')});"
    results = "" if single else f" `out` has room for {family.outputs} of them."
    columns = "" if single else f"; `out` points to {family.outputs} arrays"
    return f"""\
/* {_safe(family.meaning)}
 * One row.{results} */
{row}
/* Any number of rows, elements side by side{columns}. */
void {name}_batch({_joined("size_t rows", arrays, out)});
/* The same where elements lie any number of elements apart, 0 and less included. */
void {name}_strided({_joined("size_t rows", strided, out, "ptrdiff_t out_stride")});
/* As {name}_batch, on up to `threads` threads that live as long as the call; 0: one for each processor. */
void {name}_threaded({_joined("size_t rows", arrays, out, "int threads")});
"""


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def parameter_names(arguments: Sequence[str]) -> list[str]:
    """Return the arguments as names that C and C++ take, all different."""
    names: list[str] = []
    for number, argument in enumerate(arguments):
        name = argument if re.fullmatch(r"[A-Za-z]\w*", argument, re.ASCII) else f"x{number}"
        while name in _WORDS or name in names or name.endswith("_stride"):
            name += "_"
        names.append(name)
    return names


def _safe(text: str) -> str:
    """Return a text for a comment: short, and without an end of comment."""
    shown = text if len(text) <= _LONGEST_COMMENT else text[:_LONGEST_COMMENT] + " ..."
    return shown.replace("*/", "* /").replace("/*", "/ *").replace("\n", "\n * ")


def _upper(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()
