"""What all tests share: property tests judge what comes out, never how long a busy machine took for it."""

from __future__ import annotations

from hypothesis import settings

# `--hypothesis-profile=long`, which CI sets, tries ten times as many examples
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("long", deadline=None, max_examples=250)
settings.load_profile("quick")
