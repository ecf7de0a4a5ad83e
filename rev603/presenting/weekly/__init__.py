"""The weekly summary, and how it is shown: terminal, workbook, page, Markdown, JSON, notebook."""

from __future__ import annotations

from rev603.presenting.weekly.summary import SCHEMA_VERSION, WeeklySummary, weekly_summary

__all__ = ["SCHEMA_VERSION", "WeeklySummary", "weekly_summary"]
