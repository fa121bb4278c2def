"""The embedded world: rendered scenes and charts, questions on them, and a tiny Qwen2-VL."""
