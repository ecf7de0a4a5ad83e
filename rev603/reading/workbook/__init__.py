"""What must be known about a workbook before it is read, found in its bytes: its parts, its sheets, what its cells show."""
