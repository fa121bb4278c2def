"""Log lines in a pipe."""

import logging

from r1vl_kedro.logs import ConsoleHandler


def test_a_line_in_a_pipe_is_whole_and_has_no_markup(capsys):
    handler = ConsoleHandler()
    text = "word " * 60 + "[bold]end[/bold]"
    record = logging.LogRecord("r1vl_kedro", logging.INFO, __file__, 1, text, (), None)
    record.markup = True
    handler.emit(record)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("word end")
    assert " INFO     word word" in line
