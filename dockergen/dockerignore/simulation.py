"""A matcher that cannot be made slow by its pattern: it follows every alternative at once."""

from __future__ import annotations

import re
from typing import NamedTuple


class Token(NamedTuple):
    """A piece of the expression: `one` character, `many` of a class, `deep` folders or an assertion `here`."""

    kind: str
    source: str

    @property
    def expression(self) -> str:
        return self.source + "*" if self.kind == "many" else self.source


class Simulation:
    """Matches whole paths against tokens in time of pattern length times path length."""

    def __init__(self, tokens: list[Token]) -> None:
        self._kinds = [token.kind for token in tokens] + ["end"]
        self._expressions = [re.compile("." if token.kind == "deep" else token.source) for token in tokens]
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def matches(self, path: str) -> bool:
        states = self._settled({0}, path, 0)
        for at, char in enumerate(path):
            after = self._known.get((states, char))
            if after is None:
                moved = {reached for state in states for reached in self._step(state, char)}
                after = self._settled(moved, path, at + 1)
                if "here" not in self._kinds:  # an assertion depends on more than the character
                    self._known[states, char] = after
            states = after
        return len(self._expressions) in states

    def _settled(self, states: set[int], path: str, at: int) -> frozenset[int]:
        """The states with those behind tokens that may match nothing here."""
        settled: set[int] = set()
        for start in states:
            state = start
            while state not in settled:
                settled.add(state)
                if not self._may_be_skipped(state, path, at):
                    break
                state += 1
        return frozenset(settled)

    def _may_be_skipped(self, state: int, path: str, at: int) -> bool:
        if state < 0 or self._kinds[state] in ("one", "end"):
            return False
        return self._kinds[state] != "here" or self._expressions[state].match(path, at) is not None

    def _step(self, state: int, char: str) -> tuple[int, ...]:
        token = max(state, ~state)  # ~n: inside the folders of deep token n
        kind = self._kinds[token]
        if kind in ("here", "end") or not self._expressions[token].match(char):
            return ()
        if kind == "deep":
            return (~token, token + 1) if char == "/" else (~token,)
        return (token,) if kind == "many" else (token + 1,)
