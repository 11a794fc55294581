"""Performance measured side by side in one run, as ratios; never as a timed test."""
