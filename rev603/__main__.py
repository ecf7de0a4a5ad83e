"""``python -m rev603``, for machines on which the command is not on the path."""

from __future__ import annotations

import sys

from rev603.cli import main

sys.exit(main())
