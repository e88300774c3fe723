"""Frozen dataclasses without generated code: `init` declares fifty, and half a millisecond for each would be felt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Callable[[T], T]:
        """Only type checkers read it."""
        return lambda decorated: decorated


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class as `dataclass(frozen=True)` makes it; `replace`, `fields` and `==` work as there.

    The standard library compiles six functions for each class; here all classes share one set that loops over fields.
    """
    cls.__doc__ = cls.__doc__ or cls.__name__  # else the standard library works out a signature to put there
    made: Any = dataclass(init=False, repr=False, eq=False)(cls)
    rows = fields(made)
    made._names = tuple(row.name for row in rows)
    made._defaults = {row.name: row.default for row in rows if row.default is not MISSING}
    made._factories = {row.name: row.default_factory for row in rows if row.default_factory is not MISSING}
    for method in (_init, _eq, _hash, _repr, _setattr, _delattr):
        if f"_{method.__name__}__" not in cls.__dict__:
            setattr(made, f"_{method.__name__}__", method)
    typed: type[T] = made
    return typed


def _init(self: Any, *args: Any, **named: Any) -> None:
    names = self._names
    given = dict(zip(names, args, strict=False))
    if len(args) > len(names) or given.keys() & named.keys() or not named.keys() <= self.__dataclass_fields__.keys():
        raise TypeError(f"{type(self).__name__} takes {', '.join(names)}, each once; got {args!r} {named!r}")
    values = {**self._defaults, **given, **named}
    for name, make in self._factories.items():
        if name not in values:
            values[name] = make()
    if len(values) < len(names):
        raise TypeError(f"{type(self).__name__} misses {', '.join(name for name in names if name not in values)}")
    self.__dict__.update(values)


def _values(self: Any) -> Iterator[Any]:
    return map(self.__dict__.__getitem__, self._names)


def _eq(self: Any, other: object) -> bool:
    return tuple(_values(self)) == tuple(_values(other)) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(tuple(_values(self)))


def _repr(self: Any) -> str:
    shown = (f"{name}={value!r}" for name, value in zip(self._names, _values(self), strict=True))
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _setattr(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
