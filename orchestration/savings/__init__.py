"""What people say of findings of savings: kept beside landing, read by the models."""
