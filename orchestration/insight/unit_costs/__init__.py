"""What one order, tenant or gigabyte costs: costs and counts in, rows out."""
