"""A month's allocation, frozen."""
