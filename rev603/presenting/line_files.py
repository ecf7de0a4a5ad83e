"""Lines as files: for other programs (Parquet, CSV, a plain workbook), or to be read (page, Markdown)."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import pandas as pd

from rev603.errors import ColumnsMissingError, Rev603Error, check_type, no_frame
from rev603.presenting.answer import FORMATS, Answer, write_answer
from rev603.presenting.files import Target, safe_names, whole_file
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import as_text, contains, plural
from rev603.presenting.view import Section, View

# What a spreadsheet takes for a formula when it opens a CSV, full-width forms too; an apostrophe before it keeps it text.
_FORMULA = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"


def write_lines(
    frame: pd.DataFrame, path: str | os.PathLike[str], *, by: str | None = None, mask: Mask = "ssn"
) -> list[Path]:
    """Write a frame as a masked, formatted file in the format that its name says, and return the paths written.

    Parameters
    ----------
    frame
        Refund lines, or any other frame.
    path
        Ends in ``.xlsx``, ``.csv``, ``.parquet``, ``.html``, ``.md`` or ``.json``. In CSV every text is quoted, and
        text that begins like a formula, headings too, gets an apostrophe before it, which :func:`rev603.read` takes
        away again; amounts stay numbers. With ``by`` it is a folder, which is made where it is not there.
    by
        A column, such as ``payee_id``: a workbook for each of its values, named by it, and by the company where the
        frame has one.
    mask
        Which payee numbers to mask: ``"none"``, ``"ssn"`` (whatever looks like a social security number) or ``"all"``.
        A file with full numbers is its owner's alone.

    Raises
    ------
    ColumnsMissingError
        There is no column ``by``.
    Rev603Error
        The name ends otherwise, or there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_lines(pd.DataFrame({"company_name": ["=1+1 LLC"], "amount": [-12.5]}), f"{folder}/x.csv")
    ...     print(Path(folder, "x.csv").read_text(encoding="utf-8-sig"))
    "company_name","amount"
    "'=1+1 LLC","-12.50"
    <BLANKLINE>
    """
    lines = Lines(frame)
    check_type("path", path, str | os.PathLike, "where to write to")
    check_type("by", by, str | None, "the name of a column")
    target = Path(path)
    if by is not None:
        return _one_each(frame, target, by, mask)
    ending = target.suffix.lower()
    if ending in FORMATS:
        write_answer(lines, target, mask=mask)
    elif ending in (".parquet", ".csv"):
        masked = mask_frame(frame, mask)
        with whole_file(target, private=mask == "none") as unfinished:
            if ending == ".parquet":
                masked.to_parquet(unfinished, index=False, compression="zstd")
            else:
                csv_text(masked, unfinished)
    else:
        raise Rev603Error(
            f"Lines are not written as {ending or 'a file without ending'}.",
            where=str(path),
            what_to_do="name a file that ends in .xlsx, .csv, .parquet, .html, .md or .json",
        )
    return [target]


class Lines(Answer):
    """Any frame, a worklist say, with what answers have: ``to_excel to_html to_markdown to_json to_dict to_text``.

    Each takes a path or an open file, or gives the text (``to_excel`` the bytes). The workbook is plain: one sheet under
    our own names of columns, which :func:`rev603.read` knows.

    Parameters
    ----------
    frame
        Refund lines, or any other frame.
    title
        What stands above them.

    Examples
    --------
    >>> work = pd.DataFrame({"payee_id": ["666-12-3456"], "step": ["enroll"], "amount": [12.5]})
    >>> print(Lines(work, title="Worklist").to_markdown())
    # Worklist
    <BLANKLINE>
    1 line.
    <BLANKLINE>
    ## Worklist
    <BLANKLINE>
    | Payee ID | What to do | Amount |
    | :--- | :--- | ---: |
    | XXX-XX-3456 | enroll | $12.50 |
    <BLANKLINE>
    """

    def __init__(self, frame: pd.DataFrame, *, title: str = "Lines") -> None:
        if not isinstance(frame, pd.DataFrame):
            raise no_frame(frame)
        self.frame = frame
        self.title = title

    def __repr__(self) -> str:
        """Say how many lines there are."""
        return f"<{self.title}: {plural(len(self.frame), 'line')}>"

    def _document(self, mask: Mask) -> dict[str, Any]:
        return {"schema_version": 1, "lines": mask_frame(self.frame, mask)}

    def _view(self, mask: Mask) -> View:
        columns = tuple(self.frame.columns)
        section = Section(
            name="Lines", key="lines", title=self.title, frame=self.frame, brief=columns, text=columns
        )
        about = plural(len(self.frame), "line")
        return View(title=self.title, about=about, sections=(section,), mask=mask, top=len(self.frame))

    def _write_workbook(self, target: Target, mask: Mask) -> None:
        from rev603.presenting.workbook import write_workbook  # noqa: PLC0415 - openpyxl is loaded when used

        names = {name: str(name) for name in self.frame.columns}
        # with every line break
        write_workbook(
            target, [Section(name="Refunds", frame=self.frame, labels=names, breaks=True)], mask=mask
        )


def _one_each(frame: pd.DataFrame, folder: Path, by: str, mask: Mask) -> list[Path]:
    """Write a workbook for each value of a column."""
    if by not in frame:
        raise ColumnsMissingError([by], found=map(str, frame.columns), what_to_do="name one of these")
    folder.mkdir(parents=True, exist_ok=True)
    groups = [lines for _, lines in frame.groupby(by, dropna=False, sort=True)]
    named = [name for name in dict.fromkeys(("company_name", by)) if name in frame]
    firsts = mask_frame(pd.concat([lines[named].head(1) for lines in groups]), mask) if groups else frame
    texts = [" ".join(str(value) for value in first if pd.notna(value)) for first in firsts.to_numpy()]
    paths = [folder / f"{name}.xlsx" for name in safe_names(texts)]
    return [
        path for each, path in zip(groups, paths, strict=True) for path in write_lines(each, path, mask=mask)
    ]


def csv_text(frame: pd.DataFrame, target: Path | None = None) -> str:
    """Return a frame as CSV, or write it: every text in quotes, and none that begins like a formula."""
    # into a file with a mark, by which Excel knows UTF-8
    written: str | None = _text_kept(frame).to_csv(
        target, index=False, float_format="%.2f", encoding="utf-8-sig", lineterminator="\n",
        quoting=csv.QUOTE_NONNUMERIC,
    )  # fmt: skip
    return written or ""


def _text_kept(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in which no text and no heading begins like a formula."""
    kept = frame.copy(deep=False)
    for position in range(frame.shape[1]):
        values = frame.iloc[:, position]
        if isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype) or values.dtype == object:
            kept.isetitem(position, _guarded(as_text(values)).array)
    kept.columns = pd.Index(_guarded(pd.Series([str(name) for name in frame.columns], dtype="str")))
    return kept


def _guarded(text: pd.Series) -> pd.Series:
    return text.mask(contains(text, _FORMULA), "'" + text)
