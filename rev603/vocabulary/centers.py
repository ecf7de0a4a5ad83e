"""Centers of Excellence and Expertise, as the report codes them.

Source: CBP's list of its ten centers, through brokers; ``PNDING`` (no center yet) is on CBP's own
picture of the report (Pub. 5286-1225). The list is open: other codes are kept.
"""

from __future__ import annotations

PENDING = "PNDING"

CENTERS = {
    "CEE001": "Pharmaceuticals, Health & Chemicals",
    "CEE002": "Agriculture & Prepared Products",
    "CEE003": "Automotive & Aerospace",
    "CEE004": "Apparel, Footwear & Textiles",
    "CEE005": "Base Metals",
    "CEE006": "Petroleum, Natural Gas & Minerals",
    "CEE007": "Electronics",
    "CEE008": "Consumer Products & Mass Merchandising",
    "CEE009": "Industrial & Manufacturing Materials",
    "CEE010": "Machinery",
    PENDING: "no center assigned yet",
}
