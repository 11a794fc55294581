"""What everything costs, and the invoices that say so."""
