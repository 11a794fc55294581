"""Keys, roles and what each may do."""
