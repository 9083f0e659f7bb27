"""The rows of the vectors are read by one helper beside the rooms' folders."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # for vector_rows
