"""What a run will take and why it would fail, worked out without weights."""
