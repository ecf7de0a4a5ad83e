"""Build the documentation as a site: ``python .docs/build.py OUT``.

What the package knows as data (columns, statuses, issues, reports) becomes pages from that data, the
public names become an API reference from their docstrings, and the notebooks are shown as they were saved.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.cmd.build import build_main

import rev603
from rev603.reading.issues import CATALOGUE
from rev603.vocabulary import centers, statuses
from rev603.vocabulary.headings import DERIVED_COLUMNS, ENTRY_COLUMNS, REFUND_COLUMNS, Column
from rev603.vocabulary.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
ROOT = HERE.parent


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    heads = list(headings)
    told = [[str(cell).replace("|", r"\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *told]) + "\n"


def columns() -> str:
    """Return the page of the columns."""

    def part(title: str, named: Iterable[Column]) -> str:
        rows = (
            (
                f"`{each.name}`",
                each.heading,
                each.meaning,
                "yes" if each.essential else "",
                ", ".join(each.aliases),
            )
            for each in named
        )
        return f"## {title}\n\n" + table(("column", "heading", "meaning", "essential", "also headed"), rows)

    return "# Columns\n\n" + "\n".join(
        part(title, named)
        for title, named in (
            ("The report's columns, in CBP's order", REFUND_COLUMNS),
            ("What rev603 adds", DERIVED_COLUMNS),
            ("Entry lists", ENTRY_COLUMNS),
        )
    )


def states() -> str:
    """Return the page of the statuses, dispositions, centers and reports."""
    texts = ((text or "(blank)", state) for text, state in statuses.STATE_OF_TEXT.items())
    reports = ((report.name, report.title) for report in REPORTS)
    return "\n".join(
        [
            "# Statuses\n",
            "Secondary statuses are compared without regard to case, spacing, dashes and a final stop. One that is not",
            "listed has the state `unknown`: it is kept, named, and never guessed.\n",
            table(("secondary status", "payment_state"), texts),
            "## Dispositions\n",
            "Each line has one; the sum over all of them is the whole.\n",
            "\n".join(f"* `{name}`" for name in statuses.DISPOSITIONS),
            f"\nStuck: {' and '.join(f'`{name}`' for name in statuses.STUCK)}.\n",
            "## Reports\n",
            table(("report", "title"), reports),
            "## Centers\n",
            table(("code", "center"), centers.CENTERS.items()),
        ]
    )


def issues() -> str:
    """Return the page of everything that the reader may say of a file."""
    rows = ((f"`{kind.code}`", kind.severity, kind.meaning, kind.what_to_do) for kind in CATALOGUE.values())
    return "# Issues\n\nWhat `Report.issues` may say.\n\n" + table(
        ("code", "severity", "meaning", "what to do"), rows
    )


#: What prints or writes each definition of the schemas.
OUTPUTS = {
    "weeklysummary": "`weekly_summary(…).to_json()`, `rev603 weekly --json`",
    "reconciliation": "`reconcile(…).to_json()`, `rev603 reconcile --json`",
    "report": "`read(…).to_json()`",
    "lines": '`Lines(…).to_json()`, `write_lines(…, "x.json")`',
    "clientpack": "each of `client_packs(…)`, `rev603 packs`",
    "check": "`rev603 check --json`",
    "explanations": "`rev603 check --explain CODE --json`",
    "listing": "`rejects`, `ageing`, `changes`, `group`, `worklist`, `reissue`, each with `--json`",
    "written": "`convert`, `letters`, `packs` and `sample`, each with `--json`: the paths written",
    "guide": "`rev603 guide --json`",
}


def json_outputs() -> str:
    """Return the page of the JSON outputs, from the schemas that the package ships."""
    schema = rev603.WeeklySummary.json_schema()["$defs"]
    rows = (
        (f"`{name}`", output, ", ".join(f"`{key}`" for key in schema[name].get("required", ())))
        for name, output in OUTPUTS.items()
    )
    whole = json.dumps({name: schema[name] for name in ("record", *OUTPUTS)}, indent=1, ensure_ascii=False)
    return "\n".join(
        [
            "# JSON\n",
            "Amounts are dollars, dates ISO text, what is missing is `null`, and a table is a list of records by column,",
            "whose names are those of the frames. Keys may be added without a new `schema_version`. The schema (JSON Schema",
            "2020-12) comes with the package: `rev603.WeeklySummary.json_schema()`, and so of each answer; every output is",
            "tested by it.\n",
            table(("definition", "of", "keys that are always there"), rows),
            f"## The definitions\n\n```json\n{whole}\n```\n",
        ]
    )


def api() -> str:
    """Return the reference of the public names."""
    modules = ("entry_number", "importer_number", "plots")
    named = "\n   ".join(name for name in rev603.__all__ if name not in modules)
    whole = "\n".join(f".. automodule:: {getattr(rev603, name).__name__}\n   :members:\n" for name in modules)
    return (
        "# Reference\n\n```{eval-rst}\n.. currentmodule:: rev603\n\n.. autosummary::\n   :toctree: api\n\n"
        f"   {named}\n\n{whole}```\n"
    )


def build(out: Path) -> int:
    """Put the sources together in a folder of their own and let Sphinx build them; warnings are errors."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        for path in [*HERE.glob("*.md"), HERE / "conf.py", *ROOT.joinpath("notebooks").glob("*.ipynb")]:
            shutil.copy(path, source)
        pages = {
            "columns": columns,
            "statuses": states,
            "issues": issues,
            "json": json_outputs,
            "reference": api,
        }
        for name, page in pages.items():
            source.joinpath(f"{name}.md").write_text(page(), encoding="utf-8")
        return int(build_main(["-q", "-W", "--keep-going", "-b", "html", str(source), str(out)]))


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1])))
