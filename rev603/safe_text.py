r"""Text as it may be shown: no person's number in it, and no character that cannot be seen.

A payee number may be a person's social security number (CBP Form 5106; 19 CFR 24.5), and files come from
strangers. So whatever is shown, a cell, a heading, a file's name or an error, passes through here. Frames
hold the full values. The masked form ``XXX-XX-1234`` is that of 26 CFR 301.6109-4.

>>> hide_persons("paid to 666-45-6789 for protest 1704-25-100123")
'paid to XXX-XX-6789 for protest 1704-25-100123'
>>> hide_persons("666 45 6789", payee=True), hide_persons("98-7654321", payee=True)
('XXXXX6789', '98-7654321')
>>> visible("ACME\x1b[31m")
'ACME␛[31m'
"""

from __future__ import annotations

import re
import unicodedata

_BY_CATEGORY = {code: unicodedata.category(chr(code)) for code in range(0x10000)}
#: Every sign that is typed or shown as a hyphen.
DASHES = "".join(chr(code) for code, kind in _BY_CATEGORY.items() if kind == "Pd") + "\u2212\u2043\u02d7"
_DASHES = DASHES + "\u207b\u208b\uff70\u30fc\u00af_~"
_UNSEEN = "".join(chr(code) for code, kind in _BY_CATEGORY.items() if kind == "Cf")
_DASH = f"[{re.escape(_DASHES)}]"
#: What stands between the digits of one number: blanks, dots, slashes, every dash, and what cannot be seen.
_GAP = rf"[\s./\\,:'{re.escape(_DASHES + _UNSEEN)}]"

#: At most so many signs in a row stand between two digits of one number.
_WIDEST_GAP = 4

# ``\d`` is meant: full-width digits and those of other scripts are digits to the one who reads them.
_RUN = re.compile(rf"\d(?:{_GAP}{{0,{_WIDEST_GAP}}}\d)*")
_WELL_FORMED = re.compile(
    # an EIN with its hyphen, or with letters in its suffix; a number that CBP assigned; an entry number
    r"[0-9]{2}-[0-9]{7}(?:[0-9A-Za-z]{2})?|[0-9]{9}(?:[A-Za-z][0-9A-Za-z]|[0-9][A-Za-z])"
    r"|[0-9]{6}-[0-9]{5}|[0-9]{3}-[0-9]{7}-[0-9]"
)
_INNER = rf"[ \u00a0{re.escape(_UNSEEN)}]{{0,2}}{_DASH}{{1,2}}[ \u00a0{re.escape(_UNSEEN)}]{{0,2}}"
#: Three, two and four digits with dashes between them, and no digit that makes them part of a longer number.
_HYPHENATED = re.compile(rf"(?<!\d)(?<!\d{_DASH})\d{{3}}{_INNER}\d{{2}}{_INNER}\d{{4}}(?!\d)(?!{_DASH}\d)")
_NAMED = re.compile(
    rf"(?i)(?:\bssn|\bs\.s\.n\.?|social security)[^\d\n]{{0,16}}(\d(?:{_GAP}{{0,{_WIDEST_GAP}}}\d){{6,8}})(?!\d)"
)
#: From the first digit or letter to the last.
_WHOLE = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_SHORTEST, _LONGEST, _SHOWN = 7, 9, 4

# XML 1.0 allows TAB, LF and CR of the controls. U+FFFE, U+FFFF and lone surrogates are no characters.
_UNWRITABLE = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff"
# These turn the text behind them round, beyond the cell that they stand in.
_TURNING = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069"
_UNSAFE = re.compile(f"[{_UNWRITABLE}{_TURNING}]")


def hide_persons(text: str, *, payee: bool = False) -> str:
    """Return text with social security numbers hidden, all but their last four digits.

    Parameters
    ----------
    text
        Any text.
    payee
        Whether it is a payee or importer number. There masking closes when in doubt: whatever is not
        well formed as an EIN or a number that CBP assigned, and has 7 to 9 digits, is hidden, however the
        digits are written and set apart. Elsewhere only ``NNN-NN-NNNN`` is hidden, with any dash, and
        what is called an SSN; the shape has borders, so that a protest number stays what it is.

    Examples
    --------
    >>> [hide_persons(text, payee=True) for text in ("12345678", "SSN 666456789", "262704-00017")]
    ['XXXX5678', 'SSN XXXXX6789', '262704-00017']
    >>> hide_persons("666456789"), hide_persons("SSN: 666456789")
    ('666456789', 'SSN: XXXXX6789')
    """
    if not payee:
        hidden = _HYPHENATED.sub(_hyphenated, text)
        return _NAMED.sub(
            lambda found: found.group()[: found.start(1) - found.start()] + _bare(found[1]), hidden
        )
    if _WELL_FORMED.fullmatch(text.strip()):
        return text
    return _RUN.sub(_hidden_run, _HYPHENATED.sub(_hyphenated, text))


def _hyphenated(found: re.Match[str]) -> str:
    return f"XXX-XX-{_digits(found.group())[-_SHOWN:]}"


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())


def _bare(number: str) -> str:
    """Return a number's last four digits behind an X for each of the others; what set them apart is gone."""
    digits = _digits(number)
    if len(digits) < _SHORTEST:
        return number
    hidden = "X" * (len(digits) - _SHOWN) + digits[-_SHOWN:]
    return _WHOLE.sub(hidden, number, count=1)


def _hidden_run(found: re.Match[str]) -> str:
    """Return digits in a payee's cell hidden where they can be a person's number, or two of them."""
    run = found.group()
    digits = len(_digits(run))
    if digits < _SHORTEST or _is_well_formed(found, found.start(), found.end()):
        return run
    if digits <= _LONGEST:
        return _bare(run)
    return run if run.isdigit() else _hidden_parts(run)


def _hidden_parts(run: str) -> str:
    """Return several numbers in one run of digits hidden, each but its last four; short parts are one number."""
    shown, pending = [], ""
    for part in re.split(r"([\s,;:]+)", run):
        whole = _WELL_FORMED.fullmatch(part) is not None
        if whole or len(_digits(part)) >= _SHORTEST:
            shown += [_bare(pending), part if whole else _bare(part)]
            pending = ""
        else:
            pending += part
    return "".join([*shown, _bare(pending)])


def _is_well_formed(found: re.Match[str], start: int, end: int) -> bool:
    """Return whether the digits, with the letters of a suffix behind them, are a number of their own."""
    text = found.string
    while end < len(text) and end - found.end() < 3 and text[end].isalnum():  # one beyond a suffix
        end += 1
    before = text[start - 1 : start]
    return not before.isalnum() and _WELL_FORMED.fullmatch(text[start:end]) is not None


def hide_digits(number: str, *, shown: int = _SHOWN) -> str:
    """Return a number with an X for every digit and letter but the last four of them.

    >>> hide_digits("98-765432100")
    'XX-XXXXX2100'
    """
    places = [at for at, each in enumerate(number) if each.isalnum()]
    hidden = frozenset(places[:-shown])
    return "".join("X" if at in hidden else each for at, each in enumerate(number))


def visible(text: str) -> str:
    r"""Return text in which what cannot be written or seen is a sign that can; TAB and line breaks stay.

    >>> visible("ACME\x00 \x1b[31mCO")
    'ACME␀ ␛[31mCO'
    """
    return _UNSAFE.sub(_picture, text)


def escaped(json_text: str) -> str:
    r"""Return JSON in which the same signs are escapes, so that it means what it meant.

    >>> escaped('"left\u202eright"')
    '"left\\u202eright"'
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", json_text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:  # Unicode has a picture of each control
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
