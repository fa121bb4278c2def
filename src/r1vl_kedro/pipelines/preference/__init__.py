"""Trained models measured on held-out pairs, and the report on preference objectives."""

from r1vl_kedro.pipelines.preference.pipeline import create_measure, create_report, measured_on

__all__ = ["create_measure", "create_report", "measured_on"]
