"""Lines as files for other programs: Parquet, CSV, or a plain workbook."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from rev603.errors import ColumnsMissingError, Rev603Error
from rev603.presenting.files import whole_file
from rev603.presenting.masking import mask_frame
from rev603.presenting.text import as_text, contains

if TYPE_CHECKING:
    import os

    from rev603.presenting.masking import Mask

__all__ = ["csv_text", "write_lines"]

# What a spreadsheet takes for a formula when it opens a CSV, full-width forms too; an apostrophe before it keeps it text.
_FORMULA = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"

# What a file's name may not hold on some system, and what would lead out of the folder.
_NOT_IN_A_NAME = re.compile(r"[^\w .&+,-]+|\.\.+")


def write_lines(
    frame: pd.DataFrame, path: str | os.PathLike[str], *, by: str | None = None, mask: Mask = "ssn"
) -> list[Path]:
    """Write a frame as a masked, formatted file in the format that its name says, and return the paths written.

    Parameters
    ----------
    frame
        Refund lines, or any other frame.
    path
        Ends in ``.parquet``, ``.csv`` or ``.xlsx``. In CSV every text is quoted, and text that begins like a
        formula, headings too, gets an apostrophe before it, which :func:`rev603.read` takes away again; amounts
        stay numbers. With ``by`` it is a folder, which is made where it is not there.
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
    if by is not None:
        return _one_each(frame, Path(path), by, mask)
    ending = Path(path).suffix.lower()
    frame = mask_frame(frame, mask)
    if ending == ".xlsx":
        from rev603.presenting.workbook import Section, write_workbook  # noqa: PLC0415 - openpyxl is loaded when used

        # under our own names, which :func:`rev603.read` knows, and with every line break
        names = {name: str(name) for name in frame.columns}
        write_workbook(path, [Section(name="Refunds", frame=frame, labels=names, breaks=True)], mask="none")
        return [Path(path)]
    if ending not in (".parquet", ".csv"):
        raise Rev603Error(
            f"Lines are not written as {ending or 'a file without ending'}.",
            where=str(path),
            what_to_do="name a file that ends in .parquet, .csv or .xlsx",
        )
    with whole_file(path, private=mask == "none") as unfinished:
        if ending == ".parquet":
            frame.to_parquet(unfinished, index=False, compression="zstd")
        else:
            _csv(frame, unfinished)
    return [Path(path)]


def _one_each(frame: pd.DataFrame, folder: Path, by: str, mask: Mask) -> list[Path]:
    """Write a workbook for each value of a column; a name that two of them would have gets a number."""
    if by not in frame:
        raise ColumnsMissingError([by], found=map(str, frame.columns))
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for _, lines in frame.groupby(by, dropna=False, sort=True):
        names = [name for name in dict.fromkeys(("company_name", by)) if name in lines]
        first = mask_frame(lines[names].head(1), mask).iloc[0]
        words = _NOT_IN_A_NAME.sub(" ", " ".join(str(value) for value in first if pd.notna(value)))
        stem = " ".join(words.split()).strip(" .")[:100] or "none"
        taken = any(path.stem.casefold() == stem.casefold() for path in written)
        path = folder / (f"{stem} ({len(written) + 1}).xlsx" if taken else f"{stem}.xlsx")
        written += write_lines(lines, path, mask=mask)
    return written


def csv_text(frame: pd.DataFrame) -> str:
    """Return a frame as CSV: every text in quotes, and none that begins like a formula."""
    return _csv(frame, None) or ""


def _csv(frame: pd.DataFrame, target: Path | None) -> str | None:
    # into a file with a mark, by which Excel knows UTF-8
    return _text_kept(frame).to_csv(
        target, index=False, float_format="%.2f", encoding="utf-8-sig", lineterminator="\n",
        quoting=csv.QUOTE_NONNUMERIC,
    )  # fmt: skip


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
