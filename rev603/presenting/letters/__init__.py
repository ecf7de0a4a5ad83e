"""Letters about stuck refunds: one per company or notify party that must act, and requests to CBP."""
