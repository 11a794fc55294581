"""An action run for whoever asked, its record, and the prices this organization pays."""
