"""Training: supervised fine-tuning and StepGRPO on TRL, without any knowledge of Kedro."""
