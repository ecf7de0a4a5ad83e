"""All letters that are due, to read, to change, or to write into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from rev603.analysis.correspondence import CBP, letters_due, stuck_money
from rev603.presenting.files import whole_file
from rev603.presenting.letters.letter import Letter
from rev603.presenting.masking import check_mask, mask_text
from rev603.presenting.names import safe_names
from rev603.presenting.text import money
from rev603.reading.action_log import takes_log_file

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Iterable

    import pandas as pd

    from rev603.presenting.masking import Mask

__all__ = ["FORMS", "Letters", "letters"]

#: Plain text, page, and a draft for mail programs.
FORMS = ("txt", "html", "eml")


@dataclass(frozen=True, eq=False, repr=False)
class Letters(Sequence[Letter]):
    """Letters in the order of their amounts, those to CBP last; a sequence of :class:`Letter`."""

    items: tuple[Letter, ...]

    @overload
    def __getitem__(self, place: int) -> Letter: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Letter]: ...
    def __getitem__(self, place: Any) -> Any:
        """Return one letter, or several."""
        return self.items[place]

    def __len__(self) -> int:
        """Return how many letters there are."""
        return len(self.items)

    def __repr__(self) -> str:
        """Say to whom they go, about how much, and what is to be done."""
        lines = [f"  to {'CBP, for ' if letter.figures.actor == CBP else ''}{mask_text(letter.figures.name)}: "
                 f"{money(letter.figures.amount)} ({' + '.join(letter.figures.steps)})" for letter in self]  # fmt: skip
        return "\n".join([f"<{len(self)} letters>", *lines])

    def write(
        self, folder: str | os.PathLike[str], *, mask: Mask = "ssn", forms: Iterable[str] = FORMS
    ) -> list[Path]:
        """Write each letter into a folder, as text, page and mail draft, and return the files.

        The folder is made where it does not exist; files of the same names are replaced, others stay. With
        ``mask="none"``, which CBP's refunds team needs for persons, only you may read the files.
        """
        check_mask(mask)
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        texts = [
            f"{'cbp-request ' if each.figures.actor == CBP else ''}{mask_text(each.figures.name)}"
            for each in self
        ]
        written = []
        for name, letter in zip(safe_names(texts), self, strict=True):
            made = {
                "txt": lambda one=letter: one.to_text(mask=mask).encode(),
                "html": lambda one=letter: one.to_html(mask=mask).encode(),
                "eml": lambda one=letter: one.to_eml(mask=mask),
            }
            for form in forms:
                path = target / f"{name}.{form}"
                with whole_file(path, private=mask == "none") as unfinished:
                    unfinished.write_bytes(made[form]())
                written.append(path)
        return written


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
    stuck = stuck_money(refunds, as_of=as_of, log=log)
    due = letters_due(stuck, as_of=as_of, deadline=deadline)
    folder = None if templates is None else Path(templates)
    return Letters(tuple(Letter(each, sender, folder) for each in due))
