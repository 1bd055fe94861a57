"""The reader of transcripts notices what differs."""

from pathlib import Path

import pytest
from transcripts import Step, shell, steps

PAGE = """
```console
$ echo one
> echo two
one
two
$ true
```
```sh
$ not run
```
"""


def test_commands_and_what_they_print_are_told_apart() -> None:
    assert steps(PAGE) == [Step(3, "echo one\necho two", "one\ntwo\n"), Step(7, "true", "")]


@pytest.mark.parametrize(
    ("expected", "printed", "matches"),
    [
        ("ok  …  kept\n", "ok  12 ms  kept\n", True),
        ("ok  …  kept\n", "ok  12 ms  lost\n", False),
        ("ok\n", "ok\nmore\n", False),
        ("ok\nmore\n", "ok\n", False),
        ("a\n…\nz\n", "a\nz\n", True),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True),
        ("a\n…\nz\n", "a\nb\nc\n", False),
        ("a…z\n", "a\nz\n", False),
        ("1.0\n", "1x0\n", False),
        ("", "something\n", False),
    ],
)
def test_what_was_printed_is_held_to_what_is_expected(expected: str, printed: str, matches: bool) -> None:
    assert Step(1, "command", expected).matches(printed) is matches


def test_a_shell_keeps_what_was_set_and_tells_how_a_command_ended(tmp_path: Path) -> None:
    with shell({"PATH": "/usr/bin:/bin", "WORD": "given"}, tmp_path, tmp_path / "errors") as bash:
        assert bash.run("OTHER=set") == (0, "")
        assert bash.run('echo "$WORD $OTHER"') == (0, "given set\n")
        assert bash.run("printf half") == (0, "half")
        assert bash.run("echo said; (exit 3)") == (3, "said\n")
        assert bash.run("echo wrong >&2") == (0, "")
    assert (tmp_path / "errors").read_text() == "wrong\n"


def test_a_command_that_does_not_end_is_told(tmp_path: Path) -> None:
    with (
        shell({"PATH": "/usr/bin:/bin"}, tmp_path, tmp_path / "errors") as bash,
        pytest.raises(AssertionError),
    ):
        bash.run("cat", timeout_s=0.2)
