"""Client packs: for each client a folder with its workbook, letters and JSON, and nothing of anybody else."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rev603.analysis.clients import UNASSIGNED, ClientFigures, clients_of
from rev603.analysis.reissue import REQUEST, letters_due
from rev603.analysis.worklist import WORKLIST
from rev603.presenting.answer import Answer
from rev603.presenting.files import safe_names, write_folder
from rev603.presenting.letters import Letter, Letters
from rev603.presenting.line_files import csv_text
from rev603.presenting.masking import Mask, mask_frame, mask_text
from rev603.presenting.tables import records
from rev603.presenting.text import day, money
from rev603.presenting.view import View, sections_of
from rev603.presenting.weekly import actions_of
from rev603.reading.action_log import takes_log_file

_STATE = (
    "payee_id", "company_name", "care_of", "refund_id", "document_number", "refund_date", "amount", "disposition",
    "refund_secondary_status", "check_or_ach", "check_or_trace_number", "report_date",
)  # fmt: skip
_ENTRIES = (
    "entry_number", "importer_number", "refund_id", "liquidation_date", "expected_amount", "outcome", "difference",
    "reason",
)  # fmt: skip
_MATCHES = ("entry_number", "expected", "refunded", "difference", "outcome", "entries", "refunds", "reason")
_INDEX = (
    "folder", "client", "name", "lines", "amount", "stuck_lines", "stuck_amount", "entries", "expected_amount",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClientPack(Answer):
    """What one client gets: ``figures`` (:class:`rev603.analysis.clients.ClientFigures`) and its ``letters``."""

    figures: ClientFigures
    letters: Letters
    as_of: pd.Timestamp

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The tables, by name: ``state worklist reissue_requests``, and with a list ``matches entries``."""
        about = self.figures
        frames = {
            "state": about.state.reindex(columns=list(_STATE)),
            "worklist": about.stuck.work[list(WORKLIST)],
            "reissue_requests": about.stuck.requests[list(REQUEST)],
        }
        if about.comparison is not None:
            entries = about.comparison.entries
            frames["matches"] = about.comparison.groups[list(_MATCHES)]
            frames["entries"] = entries[[name for name in _ENTRIES if name in entries]]
        return frames

    def _document(self, mask: Mask) -> dict[str, Any]:
        about = self.figures
        return {
            "schema_version": 1, "client": mask_text(about.client, mask=mask), "name": mask_text(about.name, mask=mask),
            "as_of": self.as_of.date().isoformat(), "totals": about.totals,
            **{name: mask_frame(frame, mask) for name, frame in self.frames.items()},
        }  # fmt: skip

    def _view(self, mask: Mask) -> View:
        about, nothing = self.figures, dict.fromkeys(("matches", "entries"), pd.DataFrame())
        proof = {} if about.comparison is None else vars(about.comparison.proof)
        unlisted = ["entries", "expected_amount"] if about.comparison is None else []
        return View(
            title=f"Refunds, {mask_text(about.name or about.client, mask=mask)}",
            about=f"state on {day(self.as_of)}",
            figures=pd.DataFrame([about.totals]).drop(columns=unlisted),
            sections=sections_of("pack", nothing | self.frames, proof | about.totals),
            actions=actions_of(about.stuck.work, mask),
            mask=mask,
            moment=self.as_of.to_pydatetime(),
        )

    def write(self, folder: str | os.PathLike[str], *, mask: Mask = "ssn") -> list[Path]:
        """Write the workbook, the JSON and the letters into a folder, and return the files.

        What an earlier run wrote there and this one did not is moved into ``superseded``.
        """
        return write_folder(folder, self.contents(mask), mask=mask)

    def contents(self, mask: Mask) -> Iterator[tuple[str, bytes]]:
        """Give each file's name and bytes."""
        yield "refunds.xlsx", self.to_excel(mask=mask)
        yield "refunds.json", self.to_json(mask=mask).encode()
        yield from self.letters.contents(mask)


class ClientPacks(tuple[ClientPack, ...]):
    """Packs in the order of their amounts, ``unassigned`` last; together they are the whole."""

    def __repr__(self) -> str:
        """Say whose they are."""
        told = [
            f"  {row['folder']}: {row['lines']:,} lines, {money(row['amount'])}, stuck {money(row['stuck_amount'])}"
            for row in records(self.overview())
        ]
        return "\n".join([f"<{len(self)} client packs>", *told])

    def overview(self, *, mask: Mask = "ssn") -> pd.DataFrame:
        """Return one line per pack: ``folder client name lines amount stuck_lines stuck_amount entries expected_amount``."""
        rows = [
            {"payee_id": each.client, **each.totals, "name": each.name}
            for each in (pack.figures for pack in self)
        ]
        frame = pd.DataFrame(rows, columns=["payee_id", *_INDEX[2:]])
        frame = frame.astype({"payee_id": "str", "name": "str"})
        hidden = mask_frame(frame[["name", "payee_id"]])
        frame.insert(0, "folder", safe_names(hidden["name"] + " " + hidden["payee_id"]))
        return mask_frame(frame, mask).rename(columns={"payee_id": "client"})

    def write(self, folder: str | os.PathLike[str], *, mask: Mask = "ssn") -> list[Path]:
        """Write a folder for each client, and ``index.csv`` beside them, and return the files.

        Files of the same names are replaced: written twice, the same history gives the same bytes. What an earlier run
        wrote there and this one did not, such as the pack of a client who is no longer in the reports or a letter about
        what has been paid since, is moved into ``superseded``; files of others stay.
        """
        return write_folder(folder, self.contents(mask), mask=mask)

    def contents(self, mask: Mask) -> Iterator[tuple[str, bytes]]:
        """Give each file's name, behind that of its client's folder, and its bytes."""
        index = self.overview(mask=mask)
        for folder, pack in zip(index["folder"], self, strict=True):
            for name, content in pack.contents(mask):
                yield f"{folder}/{name}", content
        yield "index.csv", csv_text(index).encode("utf-8-sig")


@takes_log_file
def client_packs(
    history: Any, *, entries: Any = None, by: str = "payee", sender: str | None = None,
    deadline: str | dt.date | pd.Timestamp | None = None, log: Any = None,
) -> ClientPacks:  # fmt: skip
    """Return one pack per client: its refunds, what is stuck of them, its entries, and its letters.

    Parameters
    ----------
    history
        Refund lines as :func:`rev603.read_history` or :func:`rev603.read` gives them; the newest state counts.
    entries
        An entry list (:func:`rev603.read_entries`), for expected against received.
    by
        Who is a client: ``"payee"`` (a payee number with its suffix), ``"base"`` (an importer with all suffixes; persons
        and numbers that CBP assigned by their whole number) or ``"notify party"``.
    sender, deadline, log
        As for :func:`rev603.letters`.

    Returns
    -------
    ClientPacks
        A sequence of packs, each with ``frames`` and ``to_dict()``; ``.overview()`` is the index. ``.write(folder)`` writes
        workbook, letters and JSON of each into a folder of its own, and the index. The packs add up to the whole in lines
        and cents, and none holds a number or a name of another client; lines without a number (or notify party) are in
        ``unassigned``.

    Raises
    ------
    ColumnsMissingError
        Columns are missing that the answer depends on.
    Rev603Error
        There is no such ``by``, or lines have no report date.

    Notes
    -----
    Brokers owe each client a written account of money that they received for it (19 CFR 111.29(a)).

    Examples
    --------
    >>> import rev603
    >>> history = rev603.sample_report(lines=100, seed=84)
    >>> packs = rev603.client_packs(history)
    >>> sum(pack.figures.totals["lines"] for pack in packs)
    100
    """
    found, as_of = clients_of(history, entries=entries, by=by, log=log)
    packs = []
    for client in found:
        due = [] if client.client == UNASSIGNED else letters_due(client.stuck, as_of=as_of, deadline=deadline)
        packs.append(ClientPack(client, Letters(Letter(each, sender) for each in due), as_of))
    return ClientPacks(packs)
