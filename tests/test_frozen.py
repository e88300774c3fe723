"""Frozen values behave as `dataclass(frozen=True)` makes them."""

from __future__ import annotations

import dataclasses
from dataclasses import FrozenInstanceError, field, replace

import pytest

from dockergen.frozen import frozen


def declared(decorate):
    """The same class, decorated by either decorator."""

    class Point:
        """A place."""

        x: int
        y: int = 2
        tags: tuple[str, ...] = field(default_factory=lambda: ("a",))

        @property
        def total(self) -> int:
            return self.x + self.y

    Point.__annotations__ = {"x": int, "y": int, "tags": tuple}
    return decorate(Point)


OURS, THEIRS = declared(frozen), declared(dataclasses.dataclass(frozen=True))


@pytest.mark.parametrize("given", [((1,), {}), ((1, 3), {}), ((), {"x": 1, "tags": ("b",)}), ((1,), {"y": 4})], ids=str)
def test_values_equal_those_of_the_standard_decorator(given) -> None:
    args, named = given
    ours, theirs = OURS(*args, **named), THEIRS(*args, **named)
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert repr(ours) == repr(theirs)
    assert hash(ours) == hash(theirs)
    assert ours == OURS(*args, **named)
    assert ours != replace(ours, x=99)
    assert ours.total == theirs.total
    assert ours != theirs


@pytest.mark.parametrize("given", [((), {}), ((1, 2, (), 4), {}), ((1,), {"x": 2}), ((1,), {"z": 2})], ids=str)
def test_wrong_arguments_are_refused_as_by_the_standard_decorator(given) -> None:
    args, named = given
    for made in (OURS, THEIRS):
        with pytest.raises(TypeError):
            made(*args, **named)


def test_nothing_can_be_changed() -> None:
    value = OURS(1)
    with pytest.raises(FrozenInstanceError):
        value.x = 2
    with pytest.raises(FrozenInstanceError):
        del value.x
    assert value.x == 1
