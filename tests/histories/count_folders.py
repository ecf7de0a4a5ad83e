"""Count folders whose answers differ from what is true: ``python tests/histories/count_folders.py 0 2000 [weekly]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from test_histories import differences


def main(first: int, last: int, *, weekly: bool) -> int:
    wrong = 0
    for seed in range(first, last):
        with tempfile.TemporaryDirectory() as place:
            found = differences(seed, Path(place), weekly=weekly)
        wrong += bool(found)
        for each in found:
            sys.stdout.write(f"folder {seed}: {each}\n")
    sys.stdout.write(f"{last - first:,} folders, {wrong:,} with a difference\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), weekly="weekly" in sys.argv[3:]))
