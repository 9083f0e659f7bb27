"""`python -m dtact.cli` is the `dtact` command."""

import sys

from dtact.cli._main import main

sys.exit(main())
