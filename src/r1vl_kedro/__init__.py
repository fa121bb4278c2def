"""Experiment orchestration with Kedro for R1-VL and StepGRPO."""

__version__ = "0.1.0"
