"""A report that was read, and the forms in which it is shown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

import pandas as pd

from rev603.errors import phrased
from rev603.presenting.answer import Answer
from rev603.presenting.masking import Mask, mask_frame
from rev603.presenting.text import count, day, money, one_line, plural
from rev603.presenting.view import Notice, View, account, sections_of
from rev603.reading import report as reading
from rev603.reading.issues import CATALOGUE
from rev603.safe_text import hide_persons

_Read = ParamSpec("_Read")
_SEVERITIES = {"error": "error", "warning": "warning", "info": "note"}


class Report(Answer, reading.Report):  # noqa: D101 - the docstring is that of what was read
    __doc__ = reading.Report.__doc__

    def to_text(self, *, mask: Mask = "ssn", top: int | None = 5) -> str:
        """Return what can be relied on, what was read, and the first cells of each remark, as plain text."""
        facts = [f"  {label:<14} {text}" for label, text in self.facts()]
        return "\n".join(
            [f"{hide_persons(self.source_file)}: {self.verdict}", *facts, *self._remarks(mask, top)]
        )

    def facts(self) -> list[tuple[str, str]]:
        """Return what was read beside what the report states, each with its label."""
        control = self.control
        reasons = self.set_aside["reason"].value_counts()
        aside = ", ".join(f"{count(number)} {reason}" for reason, number in reasons.items())
        same = control.stated_refunds == control.found_refunds
        found_refunds = control.found_refunds if same else control.found_lines
        return [
            ("Report date", day(self.header.report_date) if self.header.report_date else "not stated"),
            ("Rows", f"{count(self.rows_read)} read = {plural(len(self.refunds), 'refund line')} + "
                     f"{count(len(self.set_aside))} set aside" + (f" ({aside})" if aside else "")),
            ("Refunds", f"{_stated(control.stated_refunds, count)}, {count(found_refunds)} found"),
            ("Amount", f"{_stated(control.stated_amount, money)}, {money(control.found_amount)} found"
                       + (f", difference {money(control.difference)}" if control.difference else "")),
            ("Ties out", {True: "yes: what was read is what the report states",
                          False: "NO: what was read differs from what the report states",
                          None: "cannot be told: the report states no totals"}[control.ties_out]),
            ("Each line is", "one document of a refund, and the whole refund's amount stands on each"
                             if control.grain == "refund" else "a payment with an amount of its own"),
        ]  # fmt: skip

    def _remarks(self, mask: Mask, top: int | None) -> list[str]:
        """Return the issues by code: what, where, and what to do."""
        if self.issues.empty:
            return [f"  {'Remarks':<14} none"]
        numbers = self.issues["severity"].value_counts()
        told = [plural(int(numbers[each]), name) for each, name in _SEVERITIES.items() if each in numbers]
        said = [f"  {'Remarks':<14} {', '.join(told)}"]
        for code, issues in mask_frame(self.issues, mask).groupby("code", sort=False):
            kind = CATALOGUE[str(code)]
            times = f" ({count(len(issues))} times)" if len(issues) > 1 else ""
            said += ["", f"  {kind.severity.upper()} {code}: {kind.meaning}{times}"]
            shown = issues["message"] if top is None else issues["message"].head(top)
            for message in map(one_line, shown):
                where = message.removesuffix(f"; {kind.what_to_do}").replace(f": {kind.meaning}", "")
                said.append(f"    - {where}")
            if len(shown) < len(issues):
                said.append(f"    … and {count(len(issues) - len(shown))} more (--all shows them)")
            said.append(f"    what to do: {phrased(kind.remedy, command_line=True)}")
        return said

    def _view(self, mask: Mask) -> View:
        kind: Any = {"accepted": "good", "accepted with issues": "warn"}.get(self.verdict, "bad")
        facts = pd.DataFrame(self.facts(), columns=["what", "detail"])
        frames = {"issues": self.issues, "refunds": self.refunds, "set_aside": self.set_aside}
        return View(
            title=one_line(hide_persons(self.source_file)),
            about=f"{plural(len(self.refunds), 'refund line')}, {money(self.control.found_amount)}",
            notice=Notice(kind, "", (f"{self.verdict[:1].upper()}{self.verdict[1:]}.",)),
            accounts=(account("What was read", facts),),
            sections=sections_of("report", frames, {}),
            mask=mask,
        )

    def _document(self, mask: Mask) -> dict[str, Any]:
        """Return everything but the lines."""
        control, header = self.control, self.header
        reasons = self.set_aside["reason"].value_counts()
        return {
            "schema_version": 1,
            "source_file": hide_persons(self.source_file),
            "verdict": self.verdict,
            "content_hash": self.content_hash,
            "report_date": header.report_date.isoformat() if header.report_date else None,
            "rows_read": self.rows_read,
            "lines": len(self.refunds),
            "set_aside": {str(reason): int(number) for reason, number in reasons.items()},
            "control": {
                "ties_out": control.ties_out, "grain": control.grain,
                "stated_refunds": control.stated_refunds, "stated_amount": control.stated_amount,
                "found_lines": control.found_lines, "found_refunds": control.found_refunds,
                "found_amount": control.found_amount, "difference": control.difference,
            },
            "issues": mask_frame(self.issues, mask),
        }  # fmt: skip


def _stated(value: Any, write: Any) -> str:
    return "none stated" if value is None else f"{write(value)} stated"


def _shown(read: Callable[_Read, reading.Report]) -> Callable[_Read, Report]:
    """Return ``read`` with a report that can show itself: reading knows nothing of how things are shown."""

    @functools.wraps(read)
    def shown(*args: _Read.args, **options: _Read.kwargs) -> Report:
        report = read(*args, **options)
        return Report(**vars(report))

    shown.__module__ = __name__  # pickle looks the function up by it
    return shown


read = _shown(reading.read)
