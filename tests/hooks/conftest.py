"""One finished run of the toy project, shared by the tests that only look at it."""

import pytest

from . import toy


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    root = toy.make(tmp_path_factory.mktemp("finished"), store=False)
    code, output = toy.run(root)
    assert code == 0, output
    return root
