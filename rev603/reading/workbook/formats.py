"""What a workbook's number formats make of its numbers: dates, durations, leading zeros."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rev603.reading.workbook.markup import local, parse_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rev603.reading.workbook.package import Package

__all__ = ["STYLES", "Formats", "read_formats"]

# formats that a workbook need not spell out; the upper ones are dates of East Asia
_DATES = frozenset(map(str, (*range(14, 23), *range(27, 37), 45, 47, *range(50, 59))))
_DURATIONS = frozenset({"46"})
#: Where the fast reader looks for them, whatever the relations say.
STYLES = "xl/styles.xml"
_MANY = 10_000

# "0000000", "000-00-0000", "00000\\-0000", with a colour, a condition or quotes round what is printed as it is
_DECORATION = re.compile(r"\[[^\]]*\]|[_*].")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_PADDED = re.compile(r"[^0-9#?.,%@;A-Za-z]*0[0 ./()-]*0[^0-9#?.,%@;A-Za-z]*")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]|General', re.IGNORECASE)


@dataclass(frozen=True)
class Formats:
    """What cell styles do, by their numbers.

    Attributes
    ----------
    padded
        Styles that show a number with leading zeros: style to pattern, as ``{3: "000-00-0000"}``.
    kinds
        Styles that make a ``"date"`` or a ``"duration"`` of a number.
    contested
        Styles of which the fast reader thinks otherwise, or whose numbers it shows otherwise.
    """

    padded: Mapping[int, str] = field(default_factory=dict)
    kinds: Mapping[int, str] = field(default_factory=dict)
    contested: frozenset[int] = frozenset()


def read_formats(package: Package, part: str, *, epoch_1904: bool) -> Formats:
    """Read the number formats of a workbook.

    Parameters
    ----------
    package
        The archive.
    part
        Its styles; empty where it has none.
    epoch_1904
        The workbook's date system.

    Returns
    -------
    Formats
        What matters of them.
    """
    styles, codes = _listed(package, part) if part else ([], {})
    kinds = {**dict.fromkeys(_DATES, "date"), **dict.fromkeys(_DURATIONS, "duration")}
    kinds |= {identifier: _kind(code) for identifier, code in codes.items()}
    patterns = {identifier: _pattern(code) for identifier, code in codes.items()}
    used = dict(zip(reversed(styles), reversed(range(len(styles))), strict=True))  # the first style of each
    if part != STYLES or len(used) > _MANY:
        contested = {identifier for identifier in used if kinds.get(identifier)}
    else:
        contested = {
            each for each in used if (kind := kinds.get(each)) and (epoch_1904 or kind == "duration")
        }
        doubtful = {each: style for each, style in used.items() if each in codes or each in kinds}
        contested |= _seen_otherwise(package, doubtful, kinds)
    return Formats(
        padded={
            style: pattern
            for style, identifier in enumerate(styles)
            if (pattern := patterns.get(identifier)) is not None
        },
        kinds={style: kind for style, identifier in enumerate(styles) if (kind := kinds.get(identifier))},
        contested=frozenset(style for style, identifier in enumerate(styles) if identifier in contested),
    )


def _listed(package: Package, part: str) -> tuple[list[str], dict[str, str]]:
    """Give the number format of each style, and the code of each number format."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt" and inside and inside[-1] == "numFmts":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "xf" and inside and inside[-1] == "cellXfs":
            styles.append(attributes.get("numFmtId", "0"))
        inside.append(name)

    def end(_: str) -> None:
        inside.pop()

    parse_part(package, part, start=start, end=end)
    return styles, codes


def _pattern(code: str) -> str | None:
    """Give a number format as a row of zeros and punctuation, if that is all it is."""
    first = _DECORATION.sub("", code).partition(";")[0]
    plain = _QUOTED.sub(lambda found: found[1] or found[2] or "", first).strip()
    return plain if _PADDED.fullmatch(plain) and "." not in plain and "/" not in plain else None


def _kind(code: str) -> str:
    """Tell what a format makes of a number.

    >>> [_kind(code) for code in ('yyyy-mm-dd', '[h]:mm', '0.00" days"', '[Red]0')]
    ['date', 'duration', '', '']
    """
    if _ELAPSED.search(re.sub(r'"[^"]*"', "", code)):
        return "duration"
    return "date" if re.search("[ymdhs]", _LITERAL.sub("", code).partition(";")[0], re.IGNORECASE) else ""


# ------------------------------------------------------------------ what the fast reader makes of them

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TRIAL = {
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_RELATIONS}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="s" sheetId="1" r:id="r"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" '
    f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _seen_otherwise(package: Package, styles: Mapping[str, int], kinds: Mapping[str, str]) -> set[str]:
    """Tell which formats the fast reader takes for something else: it is shown one number in each of them."""
    if not styles:
        return set()
    import fastexcel  # noqa: PLC0415 - only for workbooks

    rows = "".join(
        f'<row r="{at}"><c r="A{at}" s="{style}"><v>1.5</v></c></row>'
        for at, style in enumerate(styles.values(), start=1)
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as trial:
        for name, content in _TRIAL.items():
            trial.writestr(name, content)
        trial.writestr(STYLES, package.read(STYLES))
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        trial.writestr("xl/worksheets/sheet1.xml", sheet)
    try:
        loaded = fastexcel.read_excel(stream.getvalue()).load_sheet(
            0, header_row=None, dtypes="string", skip_rows=0
        )
    except fastexcel.FastExcelError:
        return set(styles)
    shown = loaded.to_arrow().column(0).to_pylist()
    return {
        each for each, text in zip(styles, shown, strict=True) if (text != "1.5") != bool(kinds.get(each))
    }
