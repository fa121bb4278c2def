"""Names for hints of node functions.

Kedro resolves every hint of a node when it starts, so a hint's library must be importable by then;
pandas alone would cost every command half a second. Type checkers see the classes, Kedro sees Any.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datasets import Dataset as Records
    from matplotlib.figure import Figure as Drawing
    from pandas import DataFrame as Frame
    from plotly.graph_objects import Figure
else:
    Drawing = Any
    Figure = Any
    Frame = Any
    Records = Any
