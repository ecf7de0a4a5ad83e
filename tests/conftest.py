"""What all tests share: property tests judge what comes out, never how long a busy machine took for it."""

from __future__ import annotations

from hypothesis import settings

# CI sets the other two: `more` for every property, `long` where an example is quick
settings.register_profile("quick", deadline=None, max_examples=10)
settings.register_profile("more", deadline=None, max_examples=60)
settings.register_profile("long", deadline=None, max_examples=250)
settings.load_profile("quick")
