"""From verdicts and training logs to tables, figures and one HTML page; no Kedro, no torch."""
