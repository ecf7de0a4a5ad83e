"""What all tests share: property tests judge what comes out, never how long a busy machine took for it."""

from __future__ import annotations

from hypothesis import settings

# Examples are the same each time, so that a commit passes or fails, and not a run of it. CI sets the next two: `more`
# for every property, `long` where an example is quick. `search` draws anew, to find what nobody has seen.
settings.register_profile("quick", deadline=None, max_examples=10, derandomize=True)
settings.register_profile("more", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=250, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("quick")
