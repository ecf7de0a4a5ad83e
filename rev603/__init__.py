"""rev603: from U.S. Customs' REV-603 Trade Refund exports to answers."""

from rev603.reading.report import read
