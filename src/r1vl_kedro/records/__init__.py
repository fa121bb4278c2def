"""Records: read, check, clean, split."""
