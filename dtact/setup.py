"""Build the native modules of dtact. Metadata lives in pyproject.toml."""

import os
import sys
from asyncio import Task
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

HERE = Path(__file__).parent
SANITIZE = os.environ.get("DTACT_SANITIZE", "")  # for example "address,undefined"


def extension(pyx: Path) -> Extension:
    """One extension module per `_*_c.pyx`, named after its place in the package."""
    flags = ["-std=c++20", "-O3", "-fvisibility=hidden", "-Wno-unused-function"]
    if pyx.parent.name in ("scheduler", "channels"):
        flags.append("-fno-stack-protector")  # no buffers are filled there, and it costs as much as what it guards
    if SANITIZE:
        flags = ["-std=c++20", "-O1", "-g", f"-fsanitize={SANITIZE}", "-fno-omit-frame-pointer"]
    macros: list[tuple[str, str | None]] = [("DTACT_ASYNCIO_TASK_BYTES", str(Task.__basicsize__))]
    if pyx.name == "_task_c.pyx" and sys.version_info >= (3, 12):
        macros.append(("CYTHON_USE_TYPE_SPECS", "1"))  # asyncio.Task is made at run time there, so its subclass must be
    headers = [*Path("native").rglob("*.hpp"), *Path("src").rglob("*.h")]
    return Extension(
        ".".join(pyx.relative_to("src").with_suffix("").parts),
        [str(pyx)],
        language="c++",
        include_dirs=["native", "src/dtact/include"],
        depends=[str(header) for header in headers],
        define_macros=macros,
        extra_compile_args=flags,
        extra_link_args=["-pthread", *([f"-fsanitize={SANITIZE}"] if SANITIZE else [])],
    )


os.chdir(HERE)
setup(
    ext_modules=cythonize(
        [extension(pyx) for pyx in sorted(Path("src").rglob("*_c.pyx"))],
        include_path=["src"],
        language_level=3,
        build_dir="build/cython",
        compiler_directives={"embedsignature": True, "boundscheck": False, "wraparound": False, "cdivision": True},
    ),
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
