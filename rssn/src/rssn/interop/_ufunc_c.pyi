from typing import Any

import numpy as np

def make(kernel: Any, letters: str, inputs: int, name: str, doc: str) -> np.ufunc: ...
