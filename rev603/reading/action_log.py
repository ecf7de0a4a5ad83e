"""The user's own log of what was done about stuck refunds: a CSV file, read as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd

from rev603.errors import SourceNotFoundError, UnrecognizedFileError

_P = ParamSpec("_P")
_R = TypeVar("_R")


def read_log(path: str | os.PathLike[str]) -> pd.DataFrame:
    r"""Return a log as a frame of text: ``payee_id care_of verified_on requested_on note``, in any order and case.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "log.csv").write_text("Payee ID;Requested on\n98-7654321;06/01/2026\n")
    ...     read_log(Path(folder, "log.csv"))
         payee_id requested_on
    0  98-7654321   06/01/2026
    """
    source = Path(path).expanduser()
    if not source.is_file():
        raise SourceNotFoundError(
            "There is no such log.", where=str(path), what_to_do="name a CSV file with payee_id and requested_on"
        )  # fmt: skip
    try:
        frame = pd.read_csv(
            source, sep=None, engine="python", dtype="str", encoding="utf-8-sig", na_filter=False
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise UnrecognizedFileError(
            "The log is no CSV file that can be read.", where=str(path), why=type(error).__name__,
            what_to_do="save it as CSV (UTF-8) with the columns payee_id and requested_on",
        ) from None  # fmt: skip
    frame.columns = pd.Index(["_".join(str(name).split()).casefold() for name in frame.columns])
    return frame.mask(frame == "")


def takes_log_file(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let the ``log=`` of an analysis be a path as well as a frame; the analysis itself reads no file."""

    @wraps(function)
    def reading(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        log = kwargs.get("log")
        if isinstance(log, str | os.PathLike):
            kwargs["log"] = read_log(log)
        return function(*args, **kwargs)

    return reading
