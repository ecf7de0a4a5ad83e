"""Letters about stuck refunds: one per company or notify party that must act, and requests to CBP."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from rev603.analysis.reissue import CBP, LetterFigures, letters_due, stuck_money
from rev603.errors import check_type
from rev603.presenting.files import safe_names, write_folder
from rev603.presenting.letters.blocks import Block, Lines, Points, Table, as_html, as_text, parsed
from rev603.presenting.masking import Mask, check_mask, mask_frame, mask_text
from rev603.presenting.text import count, day, formatter, money, one_line, plural
from rev603.reading.action_log import takes_log_file
from rev603.vocabulary.guide import ADD_SUFFIX, ENROLL, WAITING, guide

#: Plain text, page, and a draft for mail programs.
FORMS = ("txt", "html", "eml")
#: Steps whose part of a letter is not called like their topic of the guide, and those that a notify party takes otherwise.
_PARTS = {WAITING: "waiting"}
_OF_A_PARTY = _PARTS | {ADD_SUFFIX: "party_suffix", ENROLL: "party_enroll"}
_NO_SENDER = "[name, title, company, e-mail, telephone]"
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
#: A letter to CBP lists every refund; to others, so many as are read.
_LONGEST_TABLE = 60


@dataclass(frozen=True, eq=False)
class Letter:
    """A letter that can be sent as it is; nothing is sent by rev603.

    Attributes
    ----------
    figures
        Who gets it, and what it is about.
    sender
        The signature, several lines; an e-mail address in it becomes the mail's sender.
    templates
        A folder with templates of your own, by the names of those in ``rev603/presenting/letters/templates``.
    """

    figures: LetterFigures
    sender: str | None = None
    templates: Path | None = None
    _made: dict[str, tuple[str, list[Block]]] = field(default_factory=dict, repr=False)

    def subject(self, *, mask: Mask = "ssn") -> str:
        """Return the subject, on one line."""
        return self._blocks(mask)[0]

    def to_text(self, *, mask: Mask = "ssn") -> str:
        """Return the letter as plain text."""
        return as_text(self._blocks(mask)[1])

    def to_html(self, *, mask: Mask = "ssn") -> str:
        """Return the letter as a page of its own."""
        subject, blocks = self._blocks(mask)
        return as_html(blocks, title=subject)

    def to_eml(self, *, mask: Mask = "ssn") -> bytes:
        """Return the letter as a draft that mail programs open: text and HTML, to CBP where it is for CBP."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = self.subject(mask=mask)
        found = _MAIL.search(self.sender or "")
        if found:
            name = one_line(str(self.sender).strip().split("\n")[0])
            mail["From"] = Address("" if "@" in name else name, *found.group().rsplit("@", 1))
        if self.figures.actor == CBP:
            refunds = guide().contacts["refunds"]
            mail["To"] = Address(refunds.name, *refunds.email.rsplit("@", 1))
        mail["X-Unsent"] = "1"  # Outlook opens it as a draft
        mail.set_content(self.to_text(mask=mask), cte="quoted-printable")
        mail.add_alternative(self.to_html(mask=mask), subtype="html", cte="quoted-printable")
        mail.set_boundary("=_rev603_letter")  # the same letter gives the same bytes
        return mail.as_bytes()

    def _blocks(self, mask: Mask) -> tuple[str, list[Block]]:
        if check_mask(mask) not in self._made:
            name = {CBP: "cbp", "notify party": "notify_party"}.get(self.figures.actor, "payee")
            first, _, rest = self._template(name).partition("\n")
            values = self._values(mask)
            (subject,) = parsed(first.removeprefix("Subject:").strip() or "$name", values, {}, name=name)
            blocks = parsed(rest, values, self._inserts(self.figures.work, mask, values), name=name)
            self._made[mask] = one_line(as_text([subject]).strip()), blocks
        return self._made[mask]

    def _template(self, name: str) -> str:
        own = None if self.templates is None else self.templates / f"{name}.txt"
        if own is not None and own.is_file():
            return own.read_text(encoding="utf-8-sig")
        return (
            files("rev603.presenting.letters").joinpath(f"templates/{name}.txt").read_text(encoding="utf-8")
        )

    def _values(self, mask: Mask) -> dict[str, str]:
        about = self.figures
        oldest = about.requests["refund_date"].min()
        numbers = mask_frame(about.work[["payee_id"]].drop_duplicates(), mask)["payee_id"].dropna()
        until = about.deadline
        parties = ", ".join(map(one_line, about.work["care_of"].dropna().unique()))
        return {
            "name": mask_text(one_line(about.name), mask=mask) or "the payee",
            "numbers": ", ".join(map(one_line, numbers)) or "(no number in the report)",
            "amount": money(about.amount),
            "refunds": plural(len(about.requests), "refund"),
            "importers": plural(int(about.work["_importer"].nunique()), "importer"),
            "oldest": day(oldest) if oldest == oldest else "a day that the report does not give",  # noqa: PLR0124
            "days": count(int((about.as_of - oldest).days)) if oldest == oldest else "?",  # noqa: PLR0124
            "as_of": day(about.as_of),
            "deadline": f"Please have this done by {day(until)}." if until is not None else "",
            "evidence": "; ".join(dict.fromkeys(about.work["evidence"])),
            "in_care": f"They were issued in care of {parties} (CBP Form 4811)." if parties else "",
            "guide_date": day(guide().updated),
        }  # fmt: skip

    def _inserts(self, work: pd.DataFrame, mask: Mask, values: dict[str, str]) -> dict[str, Any]:
        return {
            "steps": lambda: [block for step in self.figures.steps for block in self._step(step, mask, values)],
            "numbers": lambda: [self._numbers(work, mask)],
            "refunds": lambda: self._refunds(mask),
            "guide": lambda topic: [_points(topic)],
            "contacts": lambda *names: [Points(tuple(guide().contacts[name].line for name in names))],
            "signature": lambda: [Lines(tuple(one_line(line) for line in (self.sender or _NO_SENDER).strip().split("\n")))],
        }  # fmt: skip

    def _step(self, step: str, mask: Mask, values: dict[str, str]) -> list[Block]:
        party = self.figures.actor == "notify party"
        work = self.figures.work[self.figures.work["step"] == step]
        name = (_OF_A_PARTY if party else _PARTS).get(step, guide().steps[step].topic.name)
        abroad = (work["kind"] == "cbp") & (step == ENROLL) & (not party)
        blocks: list[Block] = []
        for part, template in ((work[~abroad], name), (work[abroad], "foreign")):
            if len(part):
                inserts = self._inserts(part, mask, values)
                blocks += parsed(self._template(template), values, inserts, name=template)
        return blocks

    def _numbers(self, work: pd.DataFrame, mask: Mask) -> Table:
        shown = mask_frame(work, mask)
        return Table(
            {
                "Payee number": shown["payee_id"].map(_told),
                "Company, as CBP prints it": shown["company_name"].map(_told),
                "Amount": shown["amount"].map(money),
                "What the reports show": shown["evidence"].map(_told),
            }
        )

    def _refunds(self, mask: Mask) -> list[Block]:
        """Give the table of refunds: all of them for CBP, and for others no column that says nothing."""
        everything, to_cbp = self.figures.requests, self.figures.actor == CBP
        shown = mask_frame(everything if to_cbp else everything.head(_LONGEST_TABLE), mask)
        cells = {
            "Refund ID": shown["refund_id"].map(_told),
            "Payee number": shown["payee_id"].map(_told),
            "Date": shown["refund_date"].map(formatter("date")),
            "Amount": shown["amount"].map(money),
            "Former check / trace": shown["check_or_trace_number"].map(_told),
            "Reason": shown["reason"].map(_told),
            "Documents": shown["documents"].map(_told),
        }
        if len(everything["payee_id"].drop_duplicates()) == 1:
            del cells["Payee number"]
        if not (cells["Former check / trace"] != "").any():
            del cells["Former check / trace"]
        if not to_cbp:
            del cells["Reason"]
        total = {"Refund ID": "Total", "Amount": money(self.figures.amount)}
        table = Table({name: [*texts, total.get(name, "")] for name, texts in cells.items()})
        left = plural(len(everything) - len(shown), "more refund")
        more = Lines((f"The total includes {left} that the table has no room for.",))
        return [table, more] if len(everything) > len(shown) else [table]


def _told(value: object) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _points(topic: str) -> Points:
    about = guide().topics[topic]
    return Points(tuple(point.text for point in about.points), about.ordered)


class Letters(tuple[Letter, ...]):
    """Letters in the order of their amounts, those to CBP last; a sequence of :class:`Letter`."""

    def __repr__(self) -> str:
        """Say to whom they go, about how much, and what is to be done."""
        lines = [f"  to {'CBP, for ' if letter.figures.actor == CBP else ''}{mask_text(letter.figures.name)}: "
                 f"{money(letter.figures.amount)} ({' + '.join(letter.figures.steps)})" for letter in self]  # fmt: skip
        return "\n".join([f"<{len(self)} letters>", *lines])

    def write(
        self, folder: str | os.PathLike[str], *, mask: Mask = "ssn", forms: Iterable[str] = FORMS
    ) -> list[Path]:
        """Write each letter into a folder, as text, page and mail draft, and return the files.

        The folder is made where it does not exist; files of the same names are replaced. What an earlier run wrote there
        and this one did not, a letter to somebody who has been paid since, is moved into ``superseded``; files of others
        stay. With ``mask="none"``, which CBP's refunds team needs for persons, only you may read the files.
        """
        return write_folder(folder, self.contents(mask, forms), mask=mask)

    def contents(self, mask: Mask, forms: Iterable[str] = FORMS) -> Iterator[tuple[str, bytes]]:
        """Give each file's name and bytes."""
        texts = [
            f"{'cbp-request ' if each.figures.actor == CBP else ''}{mask_text(each.figures.name)}"
            for each in self
        ]
        for name, letter in zip(safe_names(texts), self, strict=True):
            made = {"txt": letter.to_text, "html": letter.to_html, "eml": letter.to_eml}
            for form in forms:
                content: Any = made[form](mask=mask)
                yield f"{name}.{form}", content.encode() if isinstance(content, str) else content


@takes_log_file
def letters(
    refunds: Any, *, as_of: str | dt.date | pd.Timestamp, sender: str | None = None,
    deadline: str | dt.date | pd.Timestamp | None = None, log: Any = None,
    templates: str | os.PathLike[str] | None = None,
) -> Letters:  # fmt: skip
    r"""Return the letters that get stuck refunds paid: one per company or notify party that must act, and one to CBP's
    refunds team per payee whose account has been seen to work since.

    Each says what is stuck, with every refund, what to do in ACE step by step, whom to ask, and by when. Nothing is sent,
    and nobody is asked for bank data. Who only waits for CBP (by your log) gets none.

    Parameters
    ----------
    refunds, as_of, log
        As for :func:`rev603.enrollment_worklist`; the letters' amounts are the worklist's, to the cent.
    sender
        Your signature, several lines; an e-mail address in it becomes the sender of the drafts.
    deadline
        The day by which it should be done.
    templates
        A folder with templates of your own; a file of the same name replaces the one in
        ``rev603/presenting/letters/templates``.

    Returns
    -------
    Letters
        A sequence of letters, each with ``to_text()``, ``to_html()`` and ``to_eml()``; ``.write(folder)`` writes all.

    Raises
    ------
    ColumnsMissingError, Rev603Error
        As for :func:`rev603.enrollment_worklist`; or a template asks for something that there is not.

    Examples
    --------
    >>> import rev603
    >>> report = rev603.sample_report(lines=200, seed=84)
    >>> due = rev603.letters(report, as_of="2026-11-13", sender="Jo Roe\njo.roe@example.com", deadline="2026-12-04")
    >>> "cannot be paid yet" in due[0].subject(), "12/04/2026" in due[0].to_text()
    (True, True)
    """  # noqa: D205 - one sentence
    check_type("sender", sender, str | None, "the signature as text")
    check_type("templates", templates, str | os.PathLike | None, "the path of a folder")
    stuck = stuck_money(refunds, as_of=as_of, log=log)
    due = letters_due(stuck, as_of=as_of, deadline=deadline)
    folder = None if templates is None else Path(templates)
    return Letters(Letter(each, sender, folder) for each in due)
