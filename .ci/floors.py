"""Print pyproject's lower bounds as pip constraints: the oldest version of everything that rev603 says it works with."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
for requirement in [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]:
    if bound := re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[.*\])?>=([0-9.]+)", requirement):
        print(f"{bound[1]}=={bound[2]}")
