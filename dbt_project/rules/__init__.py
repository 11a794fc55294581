"""What dbt-score holds the models to, beside its own rules; `make check` runs them."""
