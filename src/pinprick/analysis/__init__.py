"""What the diary says: observations, effect, verdict, caveats."""
