"""Kernels over tables, in memory and on disk. Start reading at `_evaluate.py`; files go through `_stream.py`."""

from ._evaluate import evaluate as evaluate
from ._file import FileReport as FileReport
from ._file import evaluate_file as evaluate_file
from ._formats import Format as Format
from ._many import evaluate_many as evaluate_many

__all__ = ("FileReport", "Format", "evaluate", "evaluate_file", "evaluate_many")
