"""A reward that tells any two texts of other lengths apart, untrained models' too."""


def by_length(completions, **columns):
    return [float(len(completion)) for completion in completions]
