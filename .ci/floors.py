"""Print pyproject's lower bounds as pip constraints: the oldest of everything that rev603 says it works with."""

import itertools
import re
import tomllib
from pathlib import Path

pyproject = Path(__file__).parents[1] / "pyproject.toml"
project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
for requirement in dict.fromkeys([*project["dependencies"], *extras]):
    if bound := re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[.*\])?>=([0-9.]+)", requirement):
        print(f"{bound[1]}=={bound[2]}")  # noqa: T201 - what it is for
