"""The library's advice in the words of the command line: its errors name Python arguments."""

from __future__ import annotations

import re

__all__ = ["on_the_command_line"]

_WORDS = (
    (re.compile(r"pass report_dates=\{[^}]*\}"), "give --report-date FILE=2026-11-13 for each"),
    (re.compile(r"give read_history the dates \(report_dates=\), or set the column report_date"),
     "give --report-date FILE=2026-11-13 for each file"),
    (re.compile(r'pass on_error="collect"'), "give --on-error collect"),
    (re.compile(r'pass grain="(refund|line)"'), r"give --grain \1"),
    (re.compile(r'\bgrain="(refund|line)"'), r"--grain \1"),
    (re.compile(r"pass sheet="), "give --sheet NAME"),
    (re.compile(r"pass combine=True"), "give --combine"),
    (re.compile(r"pass columns=\{[^}]*\}"), 'give --column entry_number="Their heading"'),
    (re.compile(r", all in the error's \.issues"), "; `rev603 check` lists them all"),
)  # fmt: skip


def on_the_command_line(text: str) -> str:
    """Put advice for programmers into options of the command line.

    >>> on_the_command_line('correct the cells, or pass on_error="collect" to set their lines aside')
    'correct the cells, or give --on-error collect to set their lines aside'
    """
    for pattern, words in _WORDS:
        text = pattern.sub(words, text)
    return text
