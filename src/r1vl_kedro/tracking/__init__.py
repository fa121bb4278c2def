"""Writing to MLflow: by run id, through one queue, with nothing lost while the store is away."""
