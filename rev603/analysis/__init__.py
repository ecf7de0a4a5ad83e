"""Frame to frame: statuses, methods, parties, reconciliation, history. Reads no file, renders nothing."""
