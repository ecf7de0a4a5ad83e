"""Bytes to refunds: what file is it, where is what, text to typed, and the proof that nothing was lost."""
