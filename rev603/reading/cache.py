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

from rev603.reading.control_totals import Control, Header
from rev603.reading.limits import DEFAULT_LIMITS
from rev603.reading.report import Report

_META = b"rev603"
_ROOMS = ("identifiers", "reading", "vocabulary")
_KINDS = ("*.py", "*.toml")


@dataclass(frozen=True)
class Cache:
    """A folder of reports."""

    #: Made for its owner alone, since it holds full payee numbers.
    folder: Path
    #: What was asked of the reader, as text: a part of the key.
    asked: str

    def get(self, content: bytes | memoryview, name: str) -> Report | None:
        """Return the report of a file with this content and name as it was read before, or None."""
        place = self._place(hashlib.sha256(content).hexdigest(), name)
        try:
            return _loaded(place) if place.exists() else None
        except Exception:  # noqa: BLE001 - whatever is odd about what was kept, the export itself is at hand
            return None

    def put(self, report: Report, name: str) -> None:
        """Keep the report of a file of this name. A folder that cannot be written to is no reason to stop."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            os.close(handle)
            pq.write_table(_stored(report), temporary, compression="zstd")
            os.replace(temporary, self._place(report.content_hash, name))  # noqa: PTH105 - atomic, also over an existing file

    def _place(self, content_hash: str, name: str) -> Path:
        # the name may tell which report it is, and is named in what is said of it
        key = json.dumps([reading_code(), self.asked, name])
        return self.folder / f"{content_hash}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.parquet"


@functools.cache
def reading_code(package: Path = Path(__file__).parents[1]) -> str:
    """Return a digest of the code that a report comes from: where that differs, the report may too."""
    digest = hashlib.sha256()
    rooms = [
        package.glob("*.py"),
        *(package.joinpath(room).rglob(kind) for room in _ROOMS for kind in _KINDS),
    ]
    for room in rooms:
        for path in sorted(room):
            digest.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _stored(report: Report) -> pa.Table:
    table = pa.Table.from_pandas(report.refunds, preserve_index=False)
    known = {
        **vars(report),
        "header": dataclasses.asdict(report.header),
        "control": dataclasses.asdict(report.control),
        "issues": _packed(report.issues),
        "set_aside": _packed(report.set_aside),
    }
    del known["refunds"]
    text = json.dumps(known, default=dt.date.isoformat)
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _META: text.encode()})


def _loaded(place: Path) -> Report:
    stored = pq.read_metadata(place)
    if stored.num_rows * stored.num_columns > DEFAULT_LIMITS.max_cells:
        raise ValueError("more cells than a report can have")  # a small file can claim any number of lines
    table = pq.read_table(place)
    known: dict[str, Any] = json.loads(table.schema.metadata[_META])
    header = known.pop("header")
    day = header["report_date"]
    return Report(
        refunds=table.to_pandas(),
        header=Header(**{**header, "report_date": dt.date.fromisoformat(day) if day else None}),
        control=Control(**known.pop("control")),
        issues=_unpacked(known.pop("issues")),
        set_aside=_unpacked(known.pop("set_aside")),
        **known,
    )


def _packed(frame: pd.DataFrame) -> str:
    """Pack a frame beside the lines; a file may have more issues than lines."""
    packed = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), packed, compression="zstd")
    return base64.b64encode(packed.getvalue()).decode()


def _unpacked(text: str) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(io.BytesIO(base64.b64decode(text))).to_pandas()
    return frame
