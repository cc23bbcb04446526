"""What an action is about, as people call it: the one place that decides it for every kind."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from situationroom.actions.choices import Choice
from situationroom.formats import printable, text_of
from situationroom.hangul import same_keys
from situationroom.layout.models import ActionSpec
from situationroom.values import Value


@dataclass(frozen=True, slots=True)
class Subject:
    """The object of one call.

    Attributes:
        id: the chosen value, or the layout's word for it; "" where the action has no object but itself.
        label: what people call it besides, "" where that is the id.

    """

    id: str = ""
    label: str = ""

    def __str__(self) -> str:
        """``INS_IPHONE16_JOIN_OPEN (아이폰16 단말보험 가입)``, as safe text."""
        return printable(f"{self.id} ({self.label})" if self.label else self.id)


def subject_of(
    spec: ActionSpec, values: Mapping[str, Value], offered: Mapping[str, Sequence[Choice]]
) -> Subject:
    """The action's ``target``, else the first value that was chosen from something; never a secret one.

    A value may have been chosen by its label: the id is the chosen value itself.
    """
    if spec.target and spec.target not in spec.inputs:
        return Subject(spec.target)
    names = [spec.target] if spec.target else [name for name, one in spec.inputs.items() if one.chosen]
    for name in names:
        value = values.get(name)
        if value is None or spec.inputs[name].secret:
            continue
        chosen = text_of(value)
        label = next((one.title for one in offered.get(name, ()) if one.value == chosen), "")
        return Subject(chosen, "" if label == chosen else label)
    return Subject()


def called(title: str, subject: Subject) -> str:
    """An action with its object: the title, and the object behind it."""
    return f"{title} {subject}" if subject.id else title


def typed_word(title: str, subject: Subject) -> str:
    """What a person types to confirm: the object, else the action's title."""
    return " ".join(printable(subject.id or title).split())


def same_word(typed: str, wanted: str) -> bool:
    """Whether the right word was typed: Korean in whichever form a keyboard sends it, blanks as they fall.

    A Latin word may be typed with the keyboard left in Hangul.
    """
    first, second = (" ".join(unicodedata.normalize("NFC", one).split()) for one in (typed, wanted))
    return first == second or same_keys(first, second)
