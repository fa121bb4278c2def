"""Key steps of reference paths: extract, refine, augment, audit."""
