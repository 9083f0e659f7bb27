"""Build the native modules of rssn. Metadata lives in pyproject.toml."""

import os
import sys
from pathlib import Path
from types import ModuleType

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

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


def vector_library() -> ModuleType:
    """`rssn.vectormath._library`, imported without `rssn`, whose native modules are not built yet."""
    package = ModuleType("rssn")
    package.__path__ = [str(HERE / "src" / "rssn")]
    sys.modules["rssn"] = package
    from rssn.vectormath import _library

    return _library


class MachineCode(Extension):
    """The array functions of `rssn.vectormath` for one instruction set: no Python in it, written by LLVM."""

    def __init__(self, instruction_set: str, library: ModuleType) -> None:
        self.instruction_set, self.library = instruction_set, library
        name = "rssn.vectormath." + library.file_name(instruction_set).removesuffix(".so")
        super().__init__(name, [], libraries=["m"], extra_link_args=["-s"])

    def write_objects(self, folder: Path) -> None:
        """Compile every function."""
        folder.mkdir(parents=True, exist_ok=True)
        code = self.library.objects(self.library.features(self.instruction_set))
        for number, content in enumerate(code):
            path = folder / f"{self.instruction_set}_{number}.o"
            path.write_bytes(content)
            self.extra_objects.append(str(path))


class Build(build_ext):
    """Builds machine code besides native modules. Its file has one name for all versions of Python."""

    def get_ext_filename(self, fullname: str) -> str:
        """Name the file of a module."""
        if fullname.rpartition(".")[2].startswith("_machine_"):
            return os.path.join(*fullname.split(".")) + ".so"
        return super().get_ext_filename(fullname)

    def build_extension(self, ext: Extension) -> None:
        """Build a module; machine code only if it is not there, made from the same source."""
        if isinstance(ext, MachineCode):
            built = Path(self.get_ext_fullpath(ext.name))
            if built.exists() and ext.library.fingerprint().encode() in built.read_bytes():
                return
            built.unlink(missing_ok=True)  # with no source to compare it with, it would pass for new
            ext.write_objects(Path(self.build_temp) / "machine")
        super().build_extension(ext)


def machine_code() -> list[Extension]:
    """One library for each instruction set that this kind of machine may have."""
    library = vector_library()
    return [MachineCode(name, library) for name in library.SETS.get(os.uname().machine, ())]


os.chdir(HERE)
setup(
    cmdclass={"build_ext": Build},
    ext_modules=machine_code()
    + cythonize(
        [extension(pyx) for pyx in sorted((HERE / "src").rglob("*_c.pyx"))],
        include_path=["src"],
        language_level=3,
        build_dir="build/cython",
        compiler_directives={"embedsignature": True, "boundscheck": False, "wraparound": False, "cdivision": True},
    ),
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
