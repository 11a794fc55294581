"""What a report is, as SQL over the published warehouse."""
