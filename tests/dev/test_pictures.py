"""The pictures of the documentation show what the code says."""

import pytest

from app.models.notification import LEGAL_MOVES
from dev.pictures import states, system
from dev.pictures.__main__ import FOLDER, PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_a_committed_picture_is_what_the_code_draws(name: str) -> None:
    drawn = PICTURES[name]()

    assert (FOLDER / name).read_text() == drawn, "make pictures"


def test_every_legal_move_is_drawn_with_its_cause() -> None:
    drawn = states.svg()

    for old, news in LEGAL_MOVES.items():
        for new in news:
            assert f"{old} to {new}: {states.MOVES[old, new].label.replace('|', ' ')}." in drawn
    assert drawn.count('<path class="arrow') == sum(map(len, LEGAL_MOVES.values())) + 1 + 5  # start, legend


def test_a_new_move_is_an_error_that_names_it() -> None:
    legal = {**LEGAL_MOVES, "SENT": (*LEGAL_MOVES["SENT"], "EXPIRED")}

    with pytest.raises(ValueError, match="no arrow for the move SENT to EXPIRED"):
        states.svg(legal)


def test_a_new_state_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="no place for the state PARKED"):
        states.svg({**LEGAL_MOVES, "PARKED": ()})


def test_a_move_that_went_away_is_an_error_that_names_it() -> None:
    legal = {**LEGAL_MOVES, "FAILED": ("DELIVERED", "RETRY_SCHEDULED")}

    with pytest.raises(ValueError, match="an arrow FAILED to SENT, which is no legal move"):
        states.svg(legal)


def test_a_new_process_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="runs .*'mailer'"):
        system.check("release: x\nweb: x\nworker: x\nscheduler: x\nmailer: x\n")
