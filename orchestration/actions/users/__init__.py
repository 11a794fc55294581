"""Database users."""
