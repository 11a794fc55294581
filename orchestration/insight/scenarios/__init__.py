"""What would be if something were changed: what is expected, with other prices, hours or growth."""
