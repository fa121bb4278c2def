"""What a user may set about preparing records."""

from typing import Literal

from pydantic import Field

from r1vl_kedro.parameters import Options
from r1vl_kedro.responses import R1VL, GrammarName


class ValidationOptions(Options):
    """When a record is set aside.

    Attributes:
        require_solution: a record without a reference path is set aside.
        require_image: a record without an image is set aside; False where questions are text only.
        min_image_side: pixels; Qwen2-VL's smallest visual token is 28 × 28.
        max_aspect_ratio: longer side over shorter; Qwen2-VL refuses more than 200.
        workers: threads that decode images.
    """

    require_solution: bool = True
    require_image: bool = True
    min_image_side: int = Field(default=28, ge=1)
    max_aspect_ratio: float = Field(default=200.0, ge=1)
    workers: int = Field(default=2, ge=1)


class DecontaminationOptions(Options):
    """When a record counts as one of a benchmark's.

    Attributes:
        by: ``question_and_image``, or ``image`` where a picture of a benchmark may not be trained
            on under any question; records without an image go by their question in both.
        max_image_distance: share of differing bits between two perceptual hashes, 0 to 1, up to
            which two images are the same.
    """

    by: Literal["question_and_image", "image"] = "question_and_image"
    max_image_distance: float = Field(default=0.12, ge=0, le=1)


class SplitOptions(Options):
    """How many records are drawn for each stage; None takes all.

    RL questions are drawn from the same pool as the warm-up's, as in the paper: a record may
    serve both.

    Attributes:
        min_rl_steps: steps that the reference path of an RL question must have; a path that jumps
            to its answer has no intermediate step that StepRAR could look for.
        max_rl_sloppy: largest share, 0 to 1, of RL records whose path is known to be sloppy (one
            step wrong, the answer right); 1 takes them as they come. What a source does not know
            counts as sound.
    """

    n_warm_up: int | None = Field(default=None, ge=1)
    n_rl: int | None = Field(default=None, ge=1)
    min_rl_steps: int = Field(default=0, ge=0)
    max_rl_sloppy: float = Field(default=1.0, ge=0, le=1)


class DataPrepOptions(Options):
    """All of ``params:data_prep``."""

    validation: ValidationOptions = ValidationOptions()
    decontamination: DecontaminationOptions = DecontaminationOptions()
    split: SplitOptions = SplitOptions()
    grammar: GrammarName = R1VL.name
    """How reference paths are stored; those of a source that writes another are rewritten."""
