"""Names for hints of node functions.

Kedro resolves every hint of a node when it starts, so a hint's library must be importable by then;
pandas alone would cost every command half a second. Type checkers see the types, Kedro sees Any.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeAlias

    from datasets import Dataset as Records
    from matplotlib.figure import Figure as Drawing
    from pandas import DataFrame as Frame
    from plotly.graph_objects import Figure

    Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
    JsonObject: TypeAlias = dict[str, Json]
    JsonRows: TypeAlias = list[JsonObject]
    Left: TypeAlias = JsonObject | JsonRows | Frame | Records | Path
    """What a training leaves: a report, a log, a table, records, or a checkpoint's directory."""
else:
    Drawing = Figure = Frame = Records = Json = JsonObject = JsonRows = Left = Any
