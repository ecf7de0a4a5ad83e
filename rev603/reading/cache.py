"""What was read before, kept as Parquet by content, so that next week only the new file is read.

The folder may be deleted at any time. A file in it that is damaged, or was read by other code, is read anew.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import functools
import hashlib
import io
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rev603._columns import constant
from rev603.reading.control import Control, Header
from rev603.reading.report import Report

_META = b"rev603"


@dataclass(frozen=True)
class Cache:
    """A folder of reports; what was asked of the reader is part of the key."""

    folder: Path
    sheet: str | int | None
    grain: str | None
    on_error: str

    def get(self, path: Path) -> Report | None:
        """Give the report of a file as it was read before, or None."""
        place = self._place(path)
        if place is None or not place.exists():
            return None
        try:
            return _loaded(place, path.name)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            pa.ArrowException,
        ):  # damaged or from another version
            return None

    def put(self, path: Path, report: Report) -> None:
        """Keep a report. A folder that cannot be written to is no reason to stop."""
        place = self._place(path)
        if place is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            os.close(handle)
            pq.write_table(_stored(report), temporary, compression="zstd")
            os.replace(temporary, place)  # noqa: PTH105 - atomic, also over an existing file

    def _place(self, path: Path) -> Path | None:
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return None
        asked = json.dumps([reading_code(), self.sheet, self.grain, self.on_error])
        return self.folder / f"{content}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}.parquet"


@functools.cache
def reading_code(package: Path = Path(__file__).parents[1]) -> str:
    """Return a digest of the code that a report comes from: where that differs, the report may too."""
    digest = hashlib.sha256()
    for room in ("identifiers", "reading", "vocabulary"):
        for path in sorted(package.joinpath(room).rglob("*.py")):
            digest.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _stored(report: Report) -> pa.Table:
    table = pa.Table.from_pandas(report.refunds, preserve_index=False)
    known = {
        "header": dataclasses.asdict(report.header),
        "control": dataclasses.asdict(report.control),
        "issues": _packed(report.issues),
        "set_aside": _packed(report.set_aside),
        "rows_read": report.rows_read,
        "content_hash": report.content_hash,
        "dates_assumed": report.dates_assumed,
    }
    text = json.dumps(known, default=dt.date.isoformat)
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _META: text.encode()})


def _loaded(place: Path, name: str) -> Report:
    table = pq.read_table(place)
    known: dict[str, Any] = json.loads(table.schema.metadata[_META])
    refunds = table.to_pandas()
    header = known["header"]
    day = header["report_date"]
    # the file may have another name this week; its content is the same
    refunds["source_file"] = constant(name, len(refunds))
    issues = _unpacked(known["issues"])
    if len(issues):
        issues["source_file"] = constant(name, len(issues))
    return Report(
        refunds=refunds,
        header=Header(**{**header, "report_date": dt.date.fromisoformat(day) if day else None}),
        control=Control(**known["control"]),
        issues=issues,
        set_aside=_unpacked(known["set_aside"]),
        rows_read=known["rows_read"],
        source_file=name,
        content_hash=known["content_hash"],
        dates_assumed=known["dates_assumed"],
    )


def _packed(frame: pd.DataFrame) -> str:
    """Pack a frame beside the lines; a file may have more issues than lines."""
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), packed, compression="zstd")
    return base64.b64encode(packed.getvalue()).decode()


def _unpacked(text: str) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(io.BytesIO(base64.b64decode(text))).to_pandas()
    return frame
