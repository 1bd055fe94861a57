"""The ids of rows."""

from app.models import new_id


def test_ids_are_version_7_distinct_and_sort_by_the_time_they_were_made() -> None:
    first = [new_id() for _ in range(1000)]

    made_ms = first[-1].int >> 80
    while (later := new_id()).int >> 80 == made_ms:
        pass

    assert {each.version for each in first} == {7}
    assert {each.variant for each in first} == {later.variant}
    assert len(set(first)) == 1000
    assert later > max(first)
