"""Entry numbers and importer numbers: compact, validate, format, repair, mask."""
