"""Names for hints of node functions.

Kedro resolves every hint of a node when it starts, so a hint's library must be importable by then;
pandas alone would cost every command half a second.
"""

from typing import Any

Frame = Any
"""A pandas DataFrame."""
