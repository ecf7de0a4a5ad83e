"""Whatever is passed by mistake to a public function is met by an error of ours that says what to pass instead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import rev603
from rev603.errors import Rev603Error

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parents[1] / "sample_data"
DAY = "2026-11-13"
REPORT = rev603.read(SAMPLES / "rev603_2026-11-13.csv")
REFUNDS = REPORT.refunds.head(40)
ENTRIES = rev603.sample_entries(rev603.sample_report(40))
EXPORT = REPORT.refunds.head(5).to_csv(index=False).encode()

#: Public functions that take a frame of lines.
FRAMES: dict[str, Callable[[Any], Any]] = {
    "flag_rejects": rev603.flag_rejects,
    "rejects": rev603.rejects,
    "split_by_method": rev603.split_by_method,
    "by_disposition": rev603.by_disposition,
    "by_importer": rev603.by_importer,
    "by_method": rev603.by_method,
    "by_payee": rev603.by_payee,
    "by_notify_party": rev603.by_notify_party,
    "current": rev603.current,
    "changes": lambda wrong: rev603.changes(wrong, wrong),
    "ageing": lambda wrong: rev603.ageing(wrong, DAY),
    "enrollment_worklist": lambda wrong: rev603.enrollment_worklist(wrong, as_of=DAY),
    "worklist_by_actor": rev603.worklist_by_actor,
    "reissue_requests": rev603.reissue_requests,
    "letters": lambda wrong: rev603.letters(wrong, as_of=DAY),
    "client_packs": rev603.client_packs,
    "weekly_summary": rev603.weekly_summary,
    "reconcile": lambda wrong: rev603.reconcile(wrong, ENTRIES),
    "mask": rev603.mask,
    "write_lines": lambda wrong: rev603.write_lines(wrong, "never.csv"),
    "sample_entries": rev603.sample_entries,
    "plots.age_bands": rev603.plots.age_bands,
    "plots.stuck_over_time": rev603.plots.stuck_over_time,
}
#: Other arguments, and of the usual wrong values those that they do take.
OTHERS: dict[str, tuple[Callable[[Any], Any], tuple[type, ...]]] = {
    "read": (rev603.read, ()),
    "read_history": (rev603.read_history, ()),
    "read_reports": (rev603.read_reports, ()),
    "read_entries": (rev603.read_entries, ()),
    "sheet": (lambda wrong: rev603.read(SAMPLES / "rev603_2026-11-13.csv", sheet=wrong), (type(None),)),
    "grain": (lambda wrong: rev603.read(SAMPLES / "rev603_2026-11-13.csv", grain=wrong), (type(None),)),
    "columns": (lambda wrong: rev603.read(SAMPLES / "rev603_2026-11-13.csv", columns=wrong), (type(None),)),
    "vocabulary": (lambda wrong: rev603.read(SAMPLES / "rev603_2026-11-13.csv", vocabulary=wrong), (type(None),)),
    "on_error": (lambda wrong: rev603.read(SAMPLES / "rev603_2026-11-13.csv", on_error=wrong), ()),
    "limits": (lambda wrong: rev603.read(SAMPLES / "rev603_2026-11-13.csv", limits=wrong), ()),
    "entries on_error": (lambda wrong: rev603.read_entries(SAMPLES / "entries.csv", on_error=wrong), ()),
    "entries columns": (lambda wrong: rev603.read_entries(SAMPLES / "entries.csv", columns=wrong), (type(None),)),
    "since": (lambda wrong: rev603.read_history(SAMPLES, since=wrong), (type(None),)),
    "report_dates": (lambda wrong: rev603.read_history(SAMPLES, report_dates=wrong), (type(None), dict)),
    "cache": (lambda wrong: rev603.read_history(SAMPLES, cache=wrong), (type(None), str)),
    "as_of": (lambda wrong: rev603.ageing(REFUNDS, wrong), ()),
    "week_ending": (lambda wrong: rev603.weekly_summary(REFUNDS, week_ending=wrong), (type(None),)),
    "max_age": (lambda wrong: rev603.weekly_summary(REFUNDS, today=DAY, max_age=wrong), (type(None), int)),
    "masking": (lambda wrong: rev603.mask(REFUNDS, wrong), ()),
    "tolerance": (lambda wrong: rev603.reconcile(REFUNDS, ENTRIES, tolerance=wrong), (int,)),
    "entries": (lambda wrong: rev603.reconcile(REFUNDS, wrong), ()),
    "by_disposition by": (lambda wrong: rev603.by_disposition(REFUNDS, by=wrong), (type(None),)),
    "client_packs by": (lambda wrong: rev603.client_packs(REFUNDS, by=wrong), ()),
    "sender": (lambda wrong: rev603.letters(REFUNDS, as_of=DAY, sender=wrong), (type(None), str)),
    "templates": (lambda wrong: rev603.letters(REFUNDS, as_of=DAY, templates=wrong), (type(None), str)),
    "deadline": (lambda wrong: rev603.letters(REFUNDS, as_of=DAY, deadline=wrong), (type(None),)),
    "log": (lambda wrong: rev603.letters(REFUNDS, as_of=DAY, log=wrong), (type(None),)),
    "write_lines path": (lambda wrong: rev603.write_lines(REFUNDS, wrong), ()),
    "write_lines by": (lambda wrong: rev603.write_lines(REFUNDS, "never", by=wrong), (type(None), str)),
    "entry_number.validate": (rev603.entry_number.validate, ()),
    "importer_number.mask": (rev603.importer_number.mask, (str,)),
    "check_digit_column": (rev603.entry_number.check_digit_column, (pd.Series,)),
    "validate_column": (rev603.entry_number.validate_column, (pd.Series,)),
    "is_valid_column": (rev603.importer_number.is_valid_column, (pd.Series,)),
    "kind_column": (rev603.importer_number.kind_column, (pd.Series,)),
    "sample_report": (rev603.sample_report, (int,)),
    "report_date": (lambda wrong: rev603.sample_report(10, report_date=wrong), ()),
}  # fmt: skip
WRONG: tuple[Any, ...] = (REPORT, "no such thing", 7, None, [1, 2], {"a": 1}, REPORT.refunds["payee_id"])


@pytest.mark.parametrize("name", FRAMES)
def test_a_report_where_a_frame_is_wanted_is_told_which_of_its_frames_to_pass(name: str) -> None:
    with pytest.raises(Rev603Error) as raised:
        FRAMES[name](REPORT)
    assert ".refunds" in raised.value.what_to_do


@pytest.mark.parametrize("name", FRAMES)
def test_what_is_no_frame_is_refused_with_a_way_out(name: str) -> None:
    for wrong in WRONG:
        with pytest.raises(Rev603Error) as raised:
            FRAMES[name](wrong)
        assert raised.value.what_to_do


@pytest.mark.parametrize("name", OTHERS)
def test_a_wrong_argument_is_refused_with_a_way_out(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call, fine = OTHERS[name]
    for wrong in WRONG:
        if not isinstance(wrong, fine):
            with pytest.raises(Rev603Error) as raised:
                call(wrong)
            assert raised.value.what_to_do, str(raised.value)


def test_every_public_function_is_tried_here() -> None:
    public = {name for name in rev603.__all__ if name.islower() and callable(getattr(rev603, name))}
    assert public <= {*FRAMES, *(name.split()[0] for name in OTHERS)}
