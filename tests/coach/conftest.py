"""What `coach_soundness.py` asserts tells the values when it fails, as in a test."""

import pytest

pytest.register_assert_rewrite("coach_soundness")
