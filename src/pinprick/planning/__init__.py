"""What to run: make-believe people, how often a rule is right about them, and the calibrated thresholds."""
