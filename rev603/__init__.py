"""rev603: from U.S. Customs' REV-603 Trade Refund exports to answers."""
