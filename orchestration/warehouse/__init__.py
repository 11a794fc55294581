"""DuckDB: landed files into raw, finished marts published. Only this opens it to write."""
