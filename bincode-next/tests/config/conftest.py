"""Types and values that several rooms try are in one file beside the rooms' folders."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # for samples
