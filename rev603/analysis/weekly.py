"""The figures of the weekly summary: state, comparison, reject roll-forward and trend."""

from __future__ import annotations

from typing import Any


def weekly_figures(history: Any, *, week_ending: Any = None) -> dict[str, Any]:
    """Give every field of the weekly summary by its name."""
    raise NotImplementedError  # the fields stand in rev603.presenting.weekly; the figures follow
