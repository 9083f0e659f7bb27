"""``python -m rssn.cli`` is the shell command."""

import sys

from ._main import main

sys.exit(main())
