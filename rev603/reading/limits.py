"""How much a file may ask for before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

_MIB = 1024**2


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may cost, in absolute figures; one step more is an `UnsafeFileError`.

    The bounds are bytes, rows and columns, never a compression ratio: an honest export, whose lines
    repeat themselves, shrinks as well as many a bomb. The defaults leave room for a sheet of 1,048,576
    lines and 17 columns of inline text, whose XML takes 1.0 GiB with short names and addresses and
    1.5-2.5 GiB with long ones and a style on each cell. Whoever reads files of strangers on a small
    machine passes lower ones.

    Parameters
    ----------
    max_file_bytes
        The file as it lies on disk. A full sheet takes 60-250 MiB zipped, and about 300 MiB as CSV.
    max_unzipped_bytes
        All parts of a workbook that are read (workbook, styles, shared strings, sheets), unzipped, together.
        They are counted while they are unzipped, whatever the archive's headers say.
    max_rows
        Rows of a sheet, which cannot have more than 1,048,576. Text may have more lines, within ``max_cells``.
    max_columns
        Columns of a sheet or a text file. Excel ends at 16,384; a report has 17.
    max_cells
        Cells of a text file or of one sheet, and also the cells of the rectangle round all used ones, since a grid
        has to hold that. A full sheet of 17 columns has 17.8 million, which take about 1.4 GiB to read.
    max_cell_bytes
        Bytes of one cell's text as they stand in a workbook. Excel's longest, 32,767 characters, takes
        at most 200 KiB.
    max_text_bytes
        Text of one sheet of a workbook as its cells show it, a shared string counted wherever it stands; 64 bytes
        for each cell that holds something are free. A line of an export has 200-500 bytes, in 17 cells.
    max_line_bytes
        Bytes of one line of text.
    max_sheets
        Sheets of a workbook.
    max_parts
        Files within a workbook's archive (each picture and comment is one).
    max_elements
        Elements of a part that a real parser has to run through: the small ones, and the rows of a sheet whose
        markup is unlike what programs write. A million take about half a second. Plain rows have no such bound.
    max_depth
        How deep a part's XML may nest; a workbook needs about ten.

    Examples
    --------
    >>> Limits(max_file_bytes=5_000_000).max_rows
    1048576
    """

    max_file_bytes: int = 1024 * _MIB
    max_unzipped_bytes: int = 3072 * _MIB
    max_rows: int = 1_048_576
    max_columns: int = 16_384
    max_cells: int = 40_000_000
    max_cell_bytes: int = _MIB
    max_text_bytes: int = 32 * _MIB
    max_line_bytes: int = 4 * _MIB
    max_sheets: int = 255
    max_parts: int = 10_000
    max_elements: int = 5_000_000
    max_depth: int = 100

    def __post_init__(self) -> None:
        """Refuse a limit that nothing could meet."""
        for field in fields(self):
            if getattr(self, field.name) < 1:
                raise ValueError(f"{field.name} must be at least 1, not {getattr(self, field.name)}")


DEFAULT_LIMITS = Limits()
