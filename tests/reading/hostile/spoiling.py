"""Ways to spoil a good file in one random place: a cell, a row, a column, a heading, a few bytes."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

Grid = list[list[Any]]
Record = tuple[Any, ...]


@dataclass(frozen=True)
class Good:
    """A file that is accepted without a word, as a grid of cells."""

    name: str
    grid: Grid
    kind: str
    counts_refunds: bool
    head: int
    truth: tuple[Record, ...]

    @property
    def data(self) -> list[int]:
        """Rows of refunds."""
        return [at for at, row in enumerate(self.grid) if at > self.head and plain(row[-2]) and _is_line(row)]


def _is_line(row: list[Any]) -> bool:
    return sum(value not in (None, "") for value in row) >= 10 and "Refund ID" not in row


def plain(value: Any) -> str:
    """Give a cell as people read it."""
    if isinstance(value, dt.datetime):
        return f"{value:%m/%d/%Y}"
    return "" if value is None else str(value)


def numbered(grid: Grid) -> Grid:
    """Make amounts numbers and dates dates, as a workbook may have them."""

    def real(text: str) -> Any:
        if re.fullmatch(r"\(?\$[0-9,.]+\)?", text):
            return float(text.strip("()$").replace(",", "").replace("$", "")) * (-1 if text[0] == "(" else 1)
        if re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text):
            return dt.datetime.strptime(text, "%m/%d/%Y")  # noqa: DTZ007 - workbooks know no time zone
        return text

    return [[real(text) for text in row] for row in grid]


def as_bytes(kind: str, grid: Grid) -> bytes:
    if kind == "xlsx":
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        page, day = book.add_worksheet("Main Report"), book.add_format({"num_format": "mm/dd/yyyy"})
        for at, row in enumerate(grid):
            for place, value in enumerate(row):
                if isinstance(value, dt.datetime):
                    page.write_datetime(at, place, value, day)
                elif isinstance(value, int | float):
                    page.write_number(at, place, value)
                elif value:
                    page.write_string(at, place, value)
        book.close()
        return stream.getvalue()
    text = io.StringIO()
    csv.writer(text, delimiter=kind).writerows([[plain(value) for value in row] for row in grid])
    return text.getvalue().encode()


def _cell(good: Good, rng: random.Random) -> tuple[int, int]:
    """Choose a cell that holds something: mostly of a refund, now and then any other."""
    rows = good.data if rng.random() < 0.85 else range(len(good.grid))
    while True:
        row = rng.choice(list(rows))
        filled = [at for at, value in enumerate(good.grid[row]) if value not in (None, "")]
        if filled:
            return row, rng.choice(filled)


def _with_text(change: Callable[[str, random.Random], str]) -> Callable[[Good, Grid, random.Random], None]:
    def mutate(good: Good, grid: Grid, rng: random.Random) -> None:
        row, column = _cell(good, rng)
        grid[row][column] = change(plain(grid[row][column]), rng)

    return mutate


def _alter_digit(text: str, rng: random.Random) -> str:
    places = [at for at, letter in enumerate(text) if letter in "0123456789"]
    if not places:
        return text + "7"
    at = rng.choice(places)
    return text[:at] + rng.choice([digit for digit in "0123456789" if digit != text[at]]) + text[at + 1 :]


def _alter_letter(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice("AEKZaekz059 .-/$(),") + text[at + 1 :]


def _lose_letter(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _exchange_neighbours(text: str, rng: random.Random) -> str:
    at = rng.randrange(max(1, len(text) - 1))
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def _scientific(text: str, rng: random.Random) -> str:
    digits = re.sub("[^0-9]", "", text)
    return f"{float(digits):.5E}".replace("E+0", "E+") if len(digits) > 5 else f"{text}E+11"


def _as_a_number(text: str, rng: random.Random) -> str:
    return str(int(text)) if text.isascii() and text.isdigit() else text.lstrip("0")


def _date_again(text: str, rng: random.Random) -> str:
    if not re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text):
        return text
    month, day, year = text.split("/")
    forms = (
        f"{day}/{month}/{year}",
        f"{int(month)}/{int(day)}/{year} 0:00",
        f"{year}-{month}-{day}",
        f"{day}.{month}.{year}",
        f"{month}/{day}/{year[2:]}",
        f"{year}{month}{day}",
        "46059",
    )
    return rng.choice(forms)


def _amount_again(text: str, rng: random.Random) -> str:
    if "$" not in text:
        return text
    bare = text.replace("$", "").replace(",", "").strip("()")
    return rng.choice(
        (
            f"({text})",
            f"-{text}",
            f"{text}-",
            bare,
            f"{bare}00",
            bare.replace(".", ","),
            f"{bare}5",
            bare.split(".", maxsplit=1)[0],
            "$-",
            f"{bare} USD",
            f"EUR {bare}",
        )
    )


def _swap_in_row(good: Good, grid: Grid, rng: random.Random) -> None:
    row, one = _cell(good, rng)
    two = rng.randrange(len(grid[row]))
    grid[row][one], grid[row][two] = grid[row][two], grid[row][one]


def _swap_in_column(good: Good, grid: Grid, rng: random.Random) -> None:
    row, column = _cell(good, rng)
    other = rng.choice(good.data)
    grid[row][column], grid[other][column] = grid[other][column], grid[row][column]


def _swap_anywhere(good: Good, grid: Grid, rng: random.Random) -> None:
    (row, column), (other, place) = _cell(good, rng), _cell(good, rng)
    grid[row][column], grid[other][place] = grid[other][place], grid[row][column]


def _copy_from_above(good: Good, grid: Grid, rng: random.Random) -> None:
    row, column = _cell(good, rng)
    grid[row][column] = grid[max(0, row - 1)][column]


def _shift_left(good: Good, grid: Grid, rng: random.Random) -> None:
    row, column = _cell(good, rng)
    grid[row] = [*grid[row][:column], *grid[row][column + 1 :], ""]


def _shift_right(good: Good, grid: Grid, rng: random.Random) -> None:
    row, column = _cell(good, rng)
    grid[row] = [*grid[row][:column], "", *grid[row][column : None if rng.random() < 0.5 else -1]]


def _drop_row(good: Good, grid: Grid, rng: random.Random) -> None:
    del grid[_cell(good, rng)[0]]


def _repeat_row(good: Good, grid: Grid, rng: random.Random) -> None:
    grid.insert(rng.choice(good.data), list(grid[_cell(good, rng)[0]]))


def _swap_rows(good: Good, grid: Grid, rng: random.Random) -> None:
    one, two = _cell(good, rng)[0], rng.choice(good.data)
    grid[one], grid[two] = grid[two], grid[one]


def _blank_row(good: Good, grid: Grid, rng: random.Random) -> None:
    row = _cell(good, rng)[0]
    grid[row] = [""] * len(grid[row])


def _split_row(good: Good, grid: Grid, rng: random.Random) -> None:
    row, column = _cell(good, rng)
    grid[row : row + 1] = [grid[row][:column], ["" for _ in grid[row][:column]] + grid[row][column:]]


def _insert_row(good: Good, grid: Grid, rng: random.Random) -> None:
    width = len(grid[good.head])
    junk = rng.choice(
        (
            ["x"],
            [""] * width,
            ["", "see note"],
            list(grid[good.head]),
            ["Total", *[""] * 9, "$0.01"],
            ["Total Refunds Recovery LLC"],
            [str(number) for number in range(width)],
            ["", "", "", "$5.00"],
            list(grid[0]),
        )
    )
    grid.insert(rng.randrange(len(grid) + 1), [*junk, *[""] * (width - len(junk))])


def _cut_rows(good: Good, grid: Grid, rng: random.Random) -> None:
    del grid[rng.randrange(good.head, len(grid)) :]


def _change_columns(good: Good, grid: Grid, rng: random.Random) -> None:
    width = len(grid[good.head])
    one, two = rng.randrange(width), rng.randrange(width)
    how = rng.randrange(6)
    for at, row in enumerate(grid):
        row.extend([""] * (width - len(row)))
        if how == 0:
            del row[one]
        elif how == 1:
            row[one], row[two] = row[two], row[one]
        elif how == 2:
            row.insert(one, "")
        elif how == 3:
            row.insert(one, "Remarks" if at == good.head else "as agreed" if at > good.head else "")
        elif how == 4:
            row.insert(one, row[two])
        elif at != good.head:
            row[one] = ""


def _change_headings(good: Good, grid: Grid, rng: random.Random) -> None:
    row = grid[good.head]
    one, two = rng.randrange(len(row)), rng.randrange(len(row))
    how = rng.randrange(4)
    if how == 0:
        row[one] = ""
    elif how == 1 and row[one]:
        row[one] = _alter_letter(row[one], rng)
    elif how == 2:
        row[one], row[two] = row[two], row[one]
    else:
        row[one] = rng.choice(
            ("Payee Address", "Status", "C/O", "Refund Amount", "Total", "Payee", "Remarks")
        )


CELLS: dict[str, Callable[[Good, Grid, random.Random], None]] = {
    "blank a cell": _with_text(lambda text, rng: ""),
    "alter a digit": _with_text(_alter_digit),
    "alter a letter": _with_text(_alter_letter),
    "lose a letter": _with_text(_lose_letter),
    "double a letter": _with_text(lambda text, rng: text[:1] + text),
    "exchange neighbours": _with_text(_exchange_neighbours),
    "scientific notation": _with_text(_scientific),
    "made a number": _with_text(_as_a_number),
    "trailing .0": _with_text(lambda text, rng: f"{text}.0"),
    "wrapped": _with_text(lambda text, rng: rng.choice((f'="{text}"', f"'{text}", f" {text}\u00a0"))),
    "cell error": _with_text(lambda text, rng: rng.choice(("#N/A", "#REF!", "#MULTIVALUE", "#EMPTY"))),
    "cut to 15 digits": _with_text(lambda text, rng: re.sub(r"(?<=[0-9]{15})[0-9]", "0", text)),
    "other date form": _with_text(_date_again),
    "other amount form": _with_text(_amount_again),
    "junk": _with_text(
        lambda text, rng: rng.choice(("?", "x", "N/A", "nan", "None", "0", "-1", "1E5", "TRUE", "Total"))
    ),
    "swap in a row": _swap_in_row,
    "swap in a column": _swap_in_column,
    "swap anywhere": _swap_anywhere,
    "copy from above": _copy_from_above,
    "shift left": _shift_left,
    "shift right": _shift_right,
    "drop a row": _drop_row,
    "repeat a row": _repeat_row,
    "swap rows": _swap_rows,
    "blank a row": _blank_row,
    "split a row": _split_row,
    "insert a row": _insert_row,
    "cut off rows": _cut_rows,
    "change columns": _change_columns,
    "change headings": _change_headings,
}


def bytes_changed(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content))
    upto = min(len(content), at + rng.randrange(1, 200))
    return rng.choice((
        content[:at],
        content[:at] + content[at + 1 :],
        content[:at] + content[upto:],
        content[:at] + content[at:upto] + content[at:],
        content[:at] + bytes([rng.choice(b'";,\t\n\r\0\xff0Aa$')]) + content[at + 1 :],
    ))  # fmt: skip
