"""Pages over the published warehouse: pages draw, SQL selects, models compute."""
