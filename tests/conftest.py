"""What all tests share: property tests judge what comes out, never how long a busy machine took for it."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
