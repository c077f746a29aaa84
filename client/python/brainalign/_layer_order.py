"""The order of layers by the numbers in their names, as the command line finds it."""

import re
from fractions import Fraction
from typing import List, Optional, Sequence, Tuple

from ._counting_words import word_of_counting_back
from .errors import InputError

_ASCII = {**{0xFF10 + i: str(i) for i in range(10)}, 0xFF0B: "+", 0xFF0E: ".",
          **dict.fromkeys((0xFF0D, 0x2212, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0xFE63), "-")}

_MOST_DIGITS = 1000  # Python refuses to convert several thousand


def _is_letter(character: str) -> bool:
    return character.isalpha() if character.isascii() else True


def _lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def _words_in(text: str) -> "List[str]":
    """Runs of letters in lower case; "LayerNorm" is two."""
    words: "List[str]" = []
    before = " "
    for character in text:
        if _is_letter(character):
            upper = "A" <= character <= "Z" and not "A" <= before <= "Z"
            if not _is_letter(before) or upper:
                words.append("")
            words[-1] += _lower(character)
        before = character
    return words


def _is_embedding_word(word: str) -> bool:
    return word.startswith("embed") or word in ("emb", "embs", "wte", "wpe") or "埋め込み" in word


def _kind_of(words: "Sequence[str]") -> str:
    found = set(words)
    embedding = next((i for i, word in enumerate(words) if _is_embedding_word(word)), None)
    if embedding is not None:
        # GPT-NeoX's embed_out and an output_embedding are heads.
        head = found & {"out", "un"} or (
            set(words[:embedding]) & {"output", "final", "last", "post", "head", "lm"})
        return "other" if head else "embedding"
    if found & {"final", "last"}:
        return "final"
    if found & {"pre", "post", "input", "in", "first", "attn", "attention", "mlp", "ffn", "head"}:
        return "other"
    if found & {"norm", "layernorm", "rmsnorm", "lnf"}:
        return "final"
    return "final" if "ln" in found and found & {"f", "out"} else "other"


class _Name:
    """A name, taken apart: text[0] number[0] text[1] number[1] ... text[n]."""

    def __init__(self, name: str) -> None:
        self.name = name
        ascii_name = name.translate(_ASCII)
        parts = re.split(r"([0-9]+)", ascii_name)
        self.text = parts[0::2]
        self.number = parts[1::2]
        if any(len(number) > _MOST_DIGITS for number in self.number):
            raise InputError(f"a number in {name!r} has more than {_MOST_DIGITS} digits")
        self.words = _words_in(ascii_name)
        self.kind = _kind_of(self.words)

    def sign(self, p: int) -> str:
        """Return "", "-", or "maybe" of the number `p`."""
        before = self.text[p]
        if not before.endswith("-"):
            return ""
        if len(before) == 1:
            return "-" if p == 0 else ""  # "2-1" is no sign
        return "-" if before[-2] in "_. \t:/[(=," else "maybe"

    def plain_text(self, p: int) -> str:
        """Return text[p] in lower case, without punctuation and white space."""
        return "".join(_lower(c) for c in self.text[p] if _is_letter(c))

    def word_before(self, p: int) -> str:
        for text in reversed(self.text[:p + 1]):
            words = _words_in(text)
            if words:
                return words[-1]
        return ""


class _NumberedNames:
    """Names that differ by numbers, and the readings of those numbers."""

    def __init__(self, names: "Sequence[_Name]") -> None:
        self._names = names
        self._key = 0

    def sort(self) -> "List[int]":
        """Return positions of names by the first number that differs; an InputError in doubt."""
        if len(self._names) < 2:
            return list(range(len(self._names)))
        self._key = self._find_key()
        p = next((p for p in (self._key, self._key - 1) if p >= 0 and self._joint(p)), None)
        return self._by_whole() if p is None else self._by_whole_or_decimal(p)

    def check_direction(self, order: "Sequence[int]") -> None:
        """Raise an InputError if a word hints that these numbers count from the last layer.

        The name that is the last by its number may say so.
        """
        if len(order) < 2:
            return
        for i in order[:-1]:
            word = word_of_counting_back(self._names[i].words)
            if word:
                raise InputError(f"the number of {self._names[i].name!r} may count from the last "
                                 f"layer, because of the word {word!r}")
        first = self._names[0]
        before = first.text[self._key]
        letter = first.word_before(self._key)
        # "n" and "m" stand for minus signs in names of files.
        by_letter = (letter in ("n", "m") and before.lower().endswith(letter)
                     and not self._has_zero(self._key))
        if by_letter or before.endswith(("~", "^")):
            raise InputError(f"the number of {first.name!r} may count from the last layer")

    def _find_key(self) -> int:
        """Return the first number that is not the same in all names; the text up to there is."""
        first = self._names[0]
        p = 0
        while True:
            for name in self._names:
                if name.plain_text(p) != first.plain_text(p):
                    raise InputError(f"{first.name!r} and {name.name!r} differ in more than a "
                                     "number")
                if len(name.number) <= p:
                    raise InputError(f"{name.name!r} has no number" if p == 0 else
                                     f"{name.name!r} lacks a number that others have, or is the "
                                     "same as another")
            if any(self._whole(name, p) != self._whole(first, p) for name in self._names):
                return p
            if all(len(name.number) == p + 1 for name in self._names):
                raise InputError(f"{first.name!r} and {self._names[1].name!r} have the same "
                                 "number")
            p += 1

    @staticmethod
    def _whole(name: _Name, p: int) -> int:
        return int(name.number[p])

    @staticmethod
    def _fraction(name: _Name, p: int) -> str:
        return name.number[p + 1] if len(name.number) > p + 1 else ""

    def _joint(self, p: int) -> str:
        """Return the one character between numbers `p` and `p + 1`, if it may be a point."""
        joints = {name.text[p + 1] for name in self._names if len(name.number) > p + 1}
        return joints.pop() if len(joints) == 1 and joints <= set(".,_p") else ""

    def _is_negative(self, p: int) -> bool:
        example = {name.sign(p): name.name for name in self._names}
        if len(example) > 1:
            one, other = list(example.values())[:2]
            raise InputError(f"{one!r} and {other!r} differ in the sign of their number")
        sign = next(iter(example))
        # Nobody writes -0. Zeros before a number prove nothing: f"layer{-1:03d}" is "layer-01".
        if sign and self._has_zero(p) != (sign == "maybe"):
            raise InputError(f"the hyphen before the number of {self._names[0].name!r} may be a "
                             "minus sign")
        return sign == "-"

    def _has_zero(self, p: int) -> bool:
        point = self._joint(p) == "."
        return any(
            int(name.number[p]) == 0 and (not point or int(self._fraction(name, p) or 0) == 0)
            for name in self._names)

    def _sort_by(self, values: "Sequence[Fraction]", first: int, last: int) -> "List[int]":
        """Return positions by `values`; all other numbers that vary must rise with them."""
        order = sorted(range(len(values)), key=lambda i: values[i])
        for a, b in zip(order, order[1:]):
            pair = f"{self._names[a].name!r} and {self._names[b].name!r}"
            if values[a] == values[b]:
                raise InputError(f"{pair} have the same number, {self._names[b].number[first]}, "
                                 "where the names differ first")
            if not self._follow(self._names[a], self._names[b], first, last):
                raise InputError("more than one number varies, and not all rise from "
                                 f"{self._names[a].name!r} to {self._names[b].name!r}")
        return order

    @staticmethod
    def _follow(a: _Name, b: _Name, first: int, last: int) -> bool:
        """Tell whether no number but those from `first` to `last` falls from `a` to `b`."""
        count = len(a.number)
        if len(b.number) != count:
            return True
        if any(a.plain_text(p) != b.plain_text(p) for p in range(first, count + 1)):
            return True

        def value(name: _Name, p: int) -> int:
            return -int(name.number[p]) if name.sign(p) == "-" else int(name.number[p])

        return all(value(b, p) >= value(a, p) for p in range(last + 1, count))

    def _by_whole(self) -> "List[int]":
        sign = -1 if self._is_negative(self._key) else 1
        values = [Fraction(sign * self._whole(name, self._key)) for name in self._names]
        return self._sort_by(values, self._key, self._key)

    def _by_whole_or_decimal(self, p: int) -> "List[int]":
        """Sort where numbers `p` and `p + 1` may be one decimal number, or two whole ones."""
        whole: "Optional[List[int]]" = None
        doubt: "Optional[InputError]" = None
        try:
            whole = self._by_whole()
        except InputError as error:
            doubt = error

        def by_whole() -> "List[int]":
            if doubt is not None:
                raise doubt
            return whole or []

        if not self._may_be_decimals(p):
            return by_whole()
        try:
            negative = self._is_negative(p)
        except InputError:
            if self._whole(self._names[0], p) == 0:
                raise
            return by_whole()
        fractions = [self._fraction(name, p) for name in self._names]
        values = [Fraction(f"{'-' if negative else ''}{name.number[p]}.{fraction or 0}")
                  for name, fraction in zip(self._names, fractions)]
        try:
            decimal = self._sort_by(values, p, p + 1)
        except InputError:
            return by_whole()
        if whole == decimal:
            return decimal
        if self._joint(p) == ".":
            pairs = [(int(self._names[i].number[p]), int(fractions[i] or 0)) for i in decimal]
            if whole is None and pairs == sorted(pairs):
                return decimal
            shares = not negative and all(value <= 1 for value in values)
            if shares and not any("." in text for name in self._names
                                  for t, text in enumerate(name.text) if t != p + 1):
                return decimal
        elif doubt is not None:
            raise doubt
        raise InputError(f"the numbers of {self._names[0].name!r} may be one decimal number or "
                         "two numbers")

    def _may_be_decimals(self, p: int) -> bool:
        """Decimals have the same number of places, or no zeros at their end."""
        fractions = [f for f in (self._fraction(name, p) for name in self._names) if f]
        return (len({len(f) for f in fractions}) <= 1
                or all(f == "0" or not f.endswith("0") for f in fractions))


def order_by_names(names: "Sequence[str]") -> "Tuple[List[int], str]":
    """Return the positions of layers from the first to the last, and where the order comes from.

    Parameters
    ----------
    names : sequence of str
        Each once.

    Raises
    ------
    InputError
        If the names leave the order in doubt.

    Examples
    --------
    >>> order_by_names(["h.10", "h.9", "wte"])
    ([2, 1, 0], "by the numbers in their names, 'wte' as embeddings first")
    """
    if len(names) == 1:
        return [0], "there is one layer"
    how = "by the numbers in their names"
    parsed = [_Name(name) for name in names]
    first = [i for i, name in enumerate(parsed) if name.kind == "embedding"]
    last = [i for i, name in enumerate(parsed) if name.kind == "final"]
    numbered = _NumberedNames(parsed)
    try:
        order = numbered.sort()
    except InputError:
        if (not first and not last) or len(names) in (len(first), len(last)):
            raise
    else:
        numbered.check_direction(order)
        return order, how
    for several, place in ((first, "first"), (last, "last")):
        if len(several) > 1:
            raise InputError(f"{names[several[0]]!r} and {names[several[1]]!r} may both be the "
                             f"{place}")
    middle = [i for i, name in enumerate(parsed) if name.kind == "other"]
    others = _NumberedNames([parsed[i] for i in middle])
    inner = others.sort()
    others.check_direction(inner)
    order = [middle[i] for i in inner]
    if first:
        how += f", {names[first[0]]!r} as embeddings first"
    if last:
        how += f", {names[last[0]]!r} last"
    return first + order + last, how
