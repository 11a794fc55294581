"""Asset checks: does what we publish agree with itself and with Atlas."""
