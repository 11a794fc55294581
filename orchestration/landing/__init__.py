"""Atlas's answers as files, and invoices cut into arrays while they stream by."""
