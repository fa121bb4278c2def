"""From verdicts and training logs to tables, figures and one HTML page; knows no Kedro, no torch."""
