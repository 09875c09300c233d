"""Other people's files, and data frames, as diaries; nothing is ever written to what was read."""
