"""What a configuration costs a month."""
