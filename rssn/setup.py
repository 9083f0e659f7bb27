"""Build the native modules of rssn. Metadata lives in pyproject.toml."""

import os
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup

import dtact

HERE = Path(__file__).parent
SANITIZE = os.environ.get("RSSN_SANITIZE", "")  # for example "address,undefined"


def extension(pyx: Path) -> Extension:
    """One extension module per `_*_c.pyx`, named after its place in the package."""
    flags = ["-O3", "-fno-math-errno", "-ffp-contract=off", "-Wno-unused-function"]
    if SANITIZE:
        flags = ["-O1", "-g", f"-fsanitize={SANITIZE}", "-fno-omit-frame-pointer"]
    return Extension(
        ".".join(pyx.relative_to(HERE / "src").with_suffix("").parts),
        [str(pyx.relative_to(HERE))],
        include_dirs=[dtact.get_include(), numpy.get_include(), str(pyx.parent.relative_to(HERE))],
        extra_compile_args=flags,
        extra_link_args=[f"-fsanitize={SANITIZE}"] if SANITIZE else [],
    )


os.chdir(HERE)
setup(
    ext_modules=cythonize(
        [extension(pyx) for pyx in sorted((HERE / "src").rglob("*_c.pyx"))],
        include_path=["src"],
        language_level=3,
        build_dir="build/cython",
        compiler_directives={"embedsignature": True, "boundscheck": False, "wraparound": False, "cdivision": True},
    ),
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
