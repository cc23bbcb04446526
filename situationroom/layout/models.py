"""The frozen models of a layout. What a plug-in adds to an entry is checked by its own ``Options``.

A source, feed, panel or action in the YAML is flat: the keys named here are common to all types; the
remaining keys belong to the type and are validated by the plug-in's model into ``options`` (for a feed:
``question``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from situationroom.layout.fields import (
    ActionName,
    Column,
    ConditionText,
    Expression,
    FeedName,
    KeyColumns,
    Label,
    Names,
    Period,
    Seconds,
    SourceName,
    Spec,
    Words,
)
from situationroom.layout.yaml_nodes import DataPath, Document
from situationroom.values import Message


class NoOptions(Spec):
    """For a plug-in with nothing to configure."""


class SourceSpec(Spec):
    """One entry of ``sources``."""

    type: str
    title: Label = ""
    options: BaseModel = NoOptions()


def _separators(given: object) -> object:
    """``[count, errors]`` is short for columns without a thousands separator."""
    return dict.fromkeys(given, "") if isinstance(given, list) else given


Numbers = Annotated[
    Mapping[str, Annotated[str, Field(max_length=1)]],
    BeforeValidator(_separators, json_schema_input_type=list[str] | dict[str, str]),
]


class FeedSpec(Spec):
    """One entry of ``feeds``: when to ask, how long to believe the answer, and what to add to its rows."""

    source: SourceName
    every: Period = 5.0
    min_every: Period | None = None
    stale_after: Seconds | None = None
    timeout: Seconds | None = None
    key: KeyColumns = ()
    numbers: Numbers = Field(default_factory=dict)
    derive: Mapping[str, Expression] = Field(default_factory=dict)
    at: Column | None = None
    title: Label = ""
    question: BaseModel = NoOptions()

    @property
    def stale_after_s(self) -> float:
        """``stale_after``, or three periods."""
        return self.stale_after or 3 * self.every

    @property
    def min_every_s(self) -> float:
        """``min_every``: pushes are never answered faster than this; a fifth of the period by default."""
        return self.min_every or min(1.0, self.every / 5)


class PanelSpec(Spec):
    """One entry of ``panels``."""

    type: str
    title: Label = ""
    feed: FeedName | None = None
    feeds: tuple[FeedName, ...] = ()
    options: BaseModel = NoOptions()


class PageSpec(Spec):
    """One page: the grid of panel names, top to bottom, left to right; ``.`` is an empty cell.

    A panel named in several cells covers their rectangle. ``columns`` and ``rows`` weigh the tracks.
    ``phone`` is the order on a narrow screen, by default the grid's reading order. ``title`` is its name for
    people, by default the name it has in the layout.
    """

    grid: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...] = ()
    rows: tuple[float, ...] = ()
    phone: tuple[str, ...] = ()
    title: Label = ""


class Condition(Spec):
    """When a rule's level holds for a row. ``for``, ``clear``, ``clear_for`` damp it."""

    when: Expression
    for_: Annotated[Seconds | None, Field(alias="for")] = None
    clear: Expression | None = None
    clear_for: Seconds | None = None


class Missing(Spec):
    """When what is not there is bad: keys that are expected or were seen, too few rows; or none at all."""

    expect: tuple[str | tuple[str, ...], ...] = ()
    seen: Seconds | None = None
    fewer_than: Annotated[int | None, Field(ge=1)] = None
    level: Literal["warning", "critical"] = "critical"
    for_: Annotated[Seconds | None, Field(alias="for")] = None

    @model_validator(mode="before")
    @classmethod
    def _any_rows(cls, given: object) -> object:
        """Without a word of what is missing, it is every row."""
        if isinstance(given, dict) and not {"expect", "seen", "fewer_than"} & given.keys():
            return {**given, "fewer_than": 1}
        return given


class RuleAction(Spec):
    """An action that helps against an alert, for rows of which ``when`` is true; by default for all."""

    action: ActionName
    when: Expression | None = None


_RuleAction = Annotated[
    RuleAction,
    BeforeValidator(
        lambda given: {"action": given} if isinstance(given, str) else given,
        json_schema_input_type=str | RuleAction,
    ),
]


class RuleSpec(Spec):
    """One entry of ``rules``: one alert per key of its feed."""

    feed: FeedName
    title: Label = ""
    warning: Condition | None = None
    critical: Condition | None = None
    missing: Missing | None = None
    about: tuple[Column, ...] = ()
    on_gone: Literal["clear", "clear_for", "hold"] = "clear_for"
    on_stale: Literal["hold", "raise"] = "hold"
    actions: tuple[_RuleAction, ...] = ()
    guide: Label = ""
    banner: bool = False

    @model_validator(mode="after")
    def _judges(self) -> RuleSpec:
        if self.warning is None and self.critical is None and self.missing is None:
            raise ValueError("layout.rule_empty")  # an id of the catalogue
        return self


class Beside(Spec):
    """A column told beside a choice; of another ``feed`` that of the row whose key the choice is."""

    feed: FeedName | None = None
    column: Column


_Beside = Annotated[
    Beside,
    BeforeValidator(
        lambda given: {"column": given} if isinstance(given, str) else given,
        json_schema_input_type=str | Beside,
    ),
]


class FromFeed(Spec):
    """Where an input takes its choices or its default from: a column of a feed.

    ``label`` is the column that says what people call each of them; ``also`` are columns told beside each,
    headed and written as on the panels.
    """

    feed: FeedName
    column: Column
    label: Column | None = None
    also: tuple[_Beside, ...] = ()


class FromQuery(Spec):
    """Where an input takes its choices from: a query's first column.

    Its second is their title, where it is not null; those after it are told beside each choice.
    """

    source: SourceName
    sql: Annotated[str, Field(min_length=1)]
    timeout: Seconds = 5.0


class NamedValue(Spec):
    """A value of a setting or an input as it is stored, and what people call it."""

    value: str | int | float | bool
    title: Label = ""


def _named_value(value: object) -> object:
    return value if isinstance(value, (Mapping, NamedValue)) else {"value": value}


NamedValues = tuple[
    Annotated[
        NamedValue,
        BeforeValidator(_named_value, json_schema_input_type=NamedValue | str | int | float),
    ],
    ...,
]
"""Values, plainly or as ``{value, title}``."""


class InputSpec(Spec):
    """One value an action asks for before its preview.

    Its choices are fixed (``choices``), the present values of a feed's column (``from``, which also takes the
    row selected in the focused panel of that feed), or a query's rows (``query``); ``labels`` says what
    people call some of them. A ``reason`` is a text for the journal. All must be given unless ``optional``
    (or ``required: false``); ``max_length`` bounds texts, ``min`` and ``max`` numbers.
    """

    title: Label = ""
    type: Literal["text", "number", "choice", "date", "reason"] = "text"
    choices: NamedValues = ()
    from_: Annotated[FromFeed | None, Field(alias="from")] = None
    query: FromQuery | None = None
    labels: Mapping[str, Label] = Field(default_factory=dict)
    optional: bool = False
    required: bool | None = None
    default: str | None = None
    secret: bool = False
    max_length: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    min: Decimal | None = None
    max: Decimal | None = None

    @property
    def chosen(self) -> bool:
        """Whether it is chosen from something."""
        return bool(self.choices or self.from_ or self.query)

    @model_validator(mode="before")
    @classmethod
    def _required_is_not_optional(cls, data: object) -> object:
        """``required`` is the other way to say ``optional``; the program knows the latter alone."""
        if isinstance(data, Mapping) and isinstance(data.get("required"), bool) and "optional" not in data:
            return {**data, "optional": not data["required"]}
        return data

    @model_validator(mode="after")
    def _fits_its_type(self) -> InputSpec:
        if self.required is not None and self.required is self.optional:
            raise ValueError("layout.input_required")
        places = sum(map(bool, (self.choices, self.from_, self.query)))
        if self.type == "choice" and not places:
            raise ValueError("layout.input_no_choices")
        if places > 1:
            raise ValueError("layout.input_two_choices")
        if self.type != "number" and (self.min is not None or self.max is not None):
            raise ValueError("layout.input_limits")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("layout.input_min_max")
        return self


class OwnInputs(Spec):
    """Base of the options of a kind that asks for inputs of its own, besides those an author gives."""

    def own_inputs(self) -> Mapping[str, InputSpec]:
        """They come before the author's, who may not use their names."""
        return {}


class FeedCondition(Spec):
    """A condition that some row of a feed has to meet (``when``), or that no row may meet (``none``)."""

    feed: FeedName
    when: ConditionText | None = None
    none: ConditionText | None = None

    @model_validator(mode="after")
    def _says_one(self) -> FeedCondition:
        if (self.when is None) is (self.none is None):
            raise ValueError("layout.condition_one")
        return self

    @property
    def said(self) -> Message:
        """The condition as it was written."""
        if self.none is not None:
            return Message("layout.condition_none", {"when": self.none})
        return Message("layout.condition", {"when": self.when})


def _several(value: object) -> object:
    """One condition, or a list of them: always a list."""
    return [value] if isinstance(value, Mapping) else value


FeedConditions = Annotated[
    tuple[FeedCondition, ...],
    BeforeValidator(_several, json_schema_input_type=FeedCondition | list[FeedCondition]),
]


class VerifySpec(FeedCondition):
    """What the live figures must show after a run, ``within`` a time, for it to be verified.

    ``settle`` is how long the effect takes to move them: only figures asked for after it count. Without it a
    condition that held before the run has to be seen broken and then met, or to last until the time is over.
    """

    within: Seconds = 120.0
    settle: Seconds | None = None

    @model_validator(mode="after")
    def _settles_in_time(self) -> VerifySpec:
        if self.settle is not None and self.settle >= self.within:
            raise ValueError("layout.verify_settle")
        return self


class VerifyBySetting(Spec):
    """What must show by the value set: ``on`` and ``off`` of a toggle, the values (``to``) of a switch.

    A value that is not named is not verified.
    """

    on: VerifySpec | None = None
    off: VerifySpec | None = None
    to: Mapping[str, VerifySpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_some(self) -> VerifyBySetting:
        if not self.settings:
            raise ValueError("layout.verify_empty")
        return self

    @property
    def settings(self) -> Mapping[str, VerifySpec]:
        """The conditions by setting."""
        sides = (("on", self.on), ("off", self.off))
        return {**{name: spec for name, spec in sides if spec is not None}, **self.to}


class UndoSpec(Spec):
    """How a run is undone, by a previewed run of its own, offered ``within`` a time of its end.

    Without ``action`` the kind itself goes back to what was before; else ``action`` is fired with ``values``
    (``$name`` is the undone run's value of that input).
    """

    within: Seconds = 1_800.0
    action: ActionName | None = None
    values: Mapping[str, str] = Field(default_factory=dict)


Confirm = Literal["press", "type", "two-person"]


class ActionSpec(Spec):
    """One entry of ``actions``: who may fire it, when, how it is confirmed, and what comes after.

    ``when`` must hold on a feed for it to be fired; ``needs`` are feeds that must be fresh. ``cooldown`` is
    the pause after a run. ``target`` is a word, or the name of an input: of runs with the same target one is
    under way at a time, also of different actions. ``approvers`` (default ``roles``) may be the second
    person of a ``two-person`` confirmation, for ``approve_within``. ``for`` makes a setting temporary.
    """

    kind: str
    title: Label = ""
    key: str = ""
    source: SourceName | None = None
    roles: Words = ()
    confirm: Confirm | None = None
    risk: Literal["low", "high"] = "low"
    approvers: Words = ()
    approve_within: Seconds = 300.0
    inputs: Mapping[str, InputSpec] = Field(default_factory=dict)
    needs: tuple[FeedName, ...] = ()
    when: FeedConditions = ()
    cooldown: Seconds | None = None
    target: str = ""
    verify: VerifySpec | VerifyBySetting | None = None
    undo: UndoSpec | None = None
    for_: Annotated[Seconds | None, Field(alias="for")] = None
    options: BaseModel = NoOptions()

    @property
    def confirmation(self) -> Confirm:
        """How it is confirmed: as declared, never below ``press``, nor ``type`` where the risk is high."""
        if self.confirm == "two-person":
            return self.confirm
        return "type" if self.risk == "high" else self.confirm or "press"

    @property
    def approving_roles(self) -> Words:
        """Who may be the second person: ``approvers``, else whoever may fire it."""
        return self.approvers or self.roles


def _open_to_kinds(schema: dict[str, Any]) -> None:
    """For editors: a step written in place has the keys of its kind, which only the loader knows."""
    del schema["properties"]["part"]
    schema["properties"]["kind"] = {"type": "string"}
    schema["additionalProperties"] = True


class UndoStepSpec(Spec):
    """A step that takes another one back; see :class:`StepSpec`."""

    model_config = ConfigDict(json_schema_extra=_open_to_kinds)

    title: Label = ""
    use: Annotated[str, Names("action")] | None = None
    values: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    goal: Mapping[str, str | int | float | bool] = Field(default_factory=dict)
    part: BaseModel = Field(default=NoOptions(), exclude=True)  # the ActionSpec of one written in place


class StepSpec(UndoStepSpec):
    """One step of several: an action of the layout (``use``), or one written in its place (``kind`` …).

    ``values`` are for its inputs (``$name`` is the whole's own input of that name); a step written in place
    has all inputs of the whole besides. ``goal`` says what a setting shall be, where its kind would
    otherwise choose by itself (a toggle). ``undo`` is a step that takes it back, where it cannot itself.
    """

    undo: UndoStepSpec | None = None


class Stepped(Spec):
    """Base of the options of a kind that is made of other actions."""

    steps: Annotated[Mapping[str, StepSpec], Field(min_length=1)]


class ChannelSpec(Spec):
    """One entry of ``channels``: any Apprise URL."""

    url: str = Field(repr=False)
    title: Label = ""


class PersonSpec(Spec):
    """One entry of ``people``. ``login`` is the OS user this person works as, or several of them."""

    name: Label
    roles: Words = ()
    phone: str = ""
    login: Words = ()


def _none_if_empty(value: object) -> object:
    """An empty text, as ``${USERS:-}`` and ``${JOURNAL:-}`` give, names no file."""
    return value or None


class Layout(Spec):
    """A whole room, checked: every name in it refers to something.

    ``path`` is the file it came from; ``journal`` where its actions are recorded (default: the user's
    state folder); ``keys`` remaps the program's own keys (``share: F2``). On a ``wall: shared`` every firing
    asks who it is; ``hold`` has the roles that may hold all actions (default: whoever may fire any);
    ``users`` is the file with people's PINs (default: ``<stem>.users.local.yaml`` beside the layout).
    """

    path: Path = Field(exclude=True)
    room: Label
    lang: Literal["ko", "en"] = "ko"
    timezone: str = "Asia/Seoul"
    opens: datetime | None = None
    glyphs: Literal["auto", "narrow", "ascii"] = "auto"
    history: Seconds = 7_200.0
    journal: Annotated[Path | None, BeforeValidator(_none_if_empty, json_schema_input_type=str)] = None
    rotate: Seconds | None = None
    wall: Literal["own", "shared"] = "own"
    hold: Words = ()
    users: Annotated[Path | None, BeforeValidator(_none_if_empty, json_schema_input_type=str)] = None
    sources: Mapping[str, SourceSpec] = Field(default_factory=dict)
    feeds: Mapping[str, FeedSpec] = Field(default_factory=dict)
    panels: Mapping[str, PanelSpec] = Field(default_factory=dict)
    pages: Mapping[str, PageSpec] = Field(default_factory=dict)
    rules: Mapping[str, RuleSpec] = Field(default_factory=dict)
    actions: Mapping[str, ActionSpec] = Field(default_factory=dict)
    channels: Mapping[str, ChannelSpec] = Field(default_factory=dict)
    people: Mapping[str, PersonSpec] = Field(default_factory=dict)
    keys: Mapping[str, str] = Field(default_factory=dict)
    _document: Document | None = PrivateAttr(None)

    def source_title(self, name: str) -> str:
        """What people call a source."""
        spec = self.sources.get(name)
        return (spec.title if spec else "") or name

    def action_title(self, name: str, subject: str = "") -> str:
        """What people call an action, and what a run of it is about; a journal may name one of before."""
        spec = self.actions.get(name)
        title = (spec.title if spec else "") or name
        return f"{title} {subject}" if subject else title

    def page_title(self, name: str) -> str:
        """What people call a page."""
        return self.pages[name].title or name

    def page_called(self, wanted: str) -> str | None:
        """The page of this name, or of this title; None where there is none."""
        if wanted in self.pages:
            return wanted
        return next((name for name in self.pages if self.page_title(name) == wanted), None)

    def position(self, path: DataPath) -> tuple[int, int]:
        """Line and column, from 1, of what stands at ``path`` in the file; 0, 0 where nobody knows."""
        return self._document.position(path) if self._document else (0, 0)

    def read_from(self, document: Document) -> Layout:
        """The same layout, knowing where in ``document`` each of its parts stands."""
        layout = self.model_copy()
        layout._document = document
        return layout
