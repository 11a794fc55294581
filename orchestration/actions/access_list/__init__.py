"""Which addresses may reach a project's clusters."""
