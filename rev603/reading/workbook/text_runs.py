"""The text of a string in the XML: of all its runs, whatever their fonts, without readings printed above the signs."""

from __future__ import annotations

from rev603.reading.workbook.cell_text import XML_SPACE, unescaped

__all__ = ["TextRuns"]


class TextRuns:
    """Hears the events of strings, and joins the texts of their runs.

    Elements of another prefix than the root's mean something else and are passed over.

    Parameters
    ----------
    holder
        The element that holds a string: ``"si"`` among the shared strings, ``"is"`` in a cell.
    """

    def __init__(self, holder: str) -> None:
        self.names = (holder, "r", "t")
        self.holder_tag = self.run_tag = self.text_tag = ""
        self.runs: list[str] = []
        self.pieces: list[str] | None = None  # of the run that is being read
        self.keeps_space = False

    def root(self, prefix: str) -> None:
        """Hear of the root element: all others that count have its prefix."""
        self.holder_tag, self.run_tag, self.text_tag = (prefix + name for name in self.names)

    def start(self, tag: str, attributes: dict[str, str], path: list[str]) -> None:
        """Hear of an opening tag."""
        if not path:
            self.root(tag[: tag.rfind(":") + 1])
        elif tag == self.holder_tag:
            self.runs = []
        elif tag == self.text_tag and path[-2 if path[-1] == self.run_tag else -1] == self.holder_tag:
            self.pieces = []
            self.keeps_space = attributes.get("xml:space") == "preserve"

    def text(self, text: str, path: list[str]) -> None:
        """Hear of text."""
        if self.pieces is not None and path[-1] == self.text_tag:
            self.pieces.append(text)

    def end(self, tag: str, path: list[str]) -> None:  # noqa: ARG002 - the path is for those who extend this
        """Hear of a closing tag."""
        if tag == self.text_tag and self.pieces is not None:
            run = "".join(self.pieces)
            self.runs.append(unescaped(run if self.keeps_space else run.strip(XML_SPACE)))
            self.pieces = None
