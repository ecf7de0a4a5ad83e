"""The analyses of the cure as users call them: their ``log=`` may be a file, which analyses never read."""

from __future__ import annotations

from rev603.analysis import reissue, worklist
from rev603.reading.action_log import takes_log_file

__all__ = ["enrollment_worklist", "reissue_requests"]

enrollment_worklist = takes_log_file(worklist.enrollment_worklist)
reissue_requests = takes_log_file(reissue.reissue_requests)
