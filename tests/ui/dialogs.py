"""Every dialog of the program, as full as it gets: what its pictures are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from textual.screen import ModalScreen

from situationroom.actions.asked import Asked, Hold
from situationroom.actions.base import Call
from situationroom.actions.choices import Choice
from situationroom.layout.models import Layout
from situationroom.paint.words import Heading
from situationroom.ui.alertcard import AlertScreen
from situationroom.ui.app import RoomApp
from situationroom.ui.approval import ApprovalScreen
from situationroom.ui.confirm import ConfirmScreen
from situationroom.ui.filtering import FilterScreen
from situationroom.ui.help import HelpScreen
from situationroom.ui.holding import AlarmScreen, HoldScreen, ReleaseScreen
from situationroom.ui.inputs import InputScreen, check_against
from situationroom.ui.keys import key_uses, sheet_hints
from situationroom.ui.leave import LeaveScreen
from situationroom.ui.palette import Palette, RoomCommands
from situationroom.ui.roomsearch import RoomSearch
from situationroom.ui.runcard import InPlace, RunScreen
from situationroom.ui.runlist import RunsScreen
from situationroom.ui.sheet import Sheet
from situationroom.ui.who import ChooseScreen, SignInScreen, WhoField
from situationroom.values import Alert, Level, Message, Person, Proof, Row, RunState, RunStatus

from .fakeroom import FakeRoom
from .samples import KIM, PEOPLE, small_panels, trusted_layout

PARK = Person("park", "박팀장", frozenset({"lead"}), Proof.PIN)
NAMES = {name: spec.name for name, spec in PEOPLE.items()}
STATEMENT = """update error_queue set state = 'RETRY', run = $3
where id in (
  select id from error_queue
  where state = 'ERROR' and ($1::text is null or code = $1) and run is distinct from $3
  order by id limit $2 for update skip locked)
returning id
-- $1 code = 'KAIT-E504'
-- $2 batch = 200
-- $3 run = NULL"""
ROWS: tuple[Row, ...] = tuple(
    {"code": f"KAIT-E50{n}", "text": f"단말보험 조회 시간 초과 {n}", "count": 1_204 * (n + 1)}
    for n in range(9)
)


def layout(lang: str = "ko") -> Layout:
    """People, an action of each way to confirm, inputs of every type."""
    return trusted_layout(lang=lang)


def crowded(lang: str = "ko") -> RoomApp:
    """A room with much to tell in every dialog."""
    room = FakeRoom(layout(lang))
    room.read("agencies", [{"agency": name, "errors": 3} for name in ("KAIT", "SGI", "MOBINS", "KTOA")])
    room.preview = replace(
        room.preview,
        what=Message("Error Queue 재처리: 3,687건을 200건씩 처리"),
        count=3_687,
        rows=ROWS,
        headings=(Heading("code", "코드"), Heading("text", "내용"), Heading("count", "적체", "number")),
        warnings=(Message("KAIT 오류율이 높습니다 (42.7 %)"), Message("이 조치는 되돌릴 수 없습니다")),
        brake=Message("브레이크: KAIT 오류율 0.5 %, MOBINS 오류율 0.5 % (10 % 넘으면 멈춤)"),
        statement=STATEMENT,
    )
    run = RunStatus(
        "r1", "reprocess", RunState.RUNNING, KIM, room.now(), done=5_230, total=12_430, failed=14,
        rate_per_s=980, left_s=7.3, limit_per_s=1_000, errors={"KAIT-E102": 11, "TIMEOUT": 3},
        where="kim@seat1", subject="KAIT-E504 (부가서비스 가입 응답 없음)",
    )  # fmt: skip
    room.run(replace(run, id="r0", state=RunState.UNKNOWN, reason=Message("실행 중 DB 연결이 끊어짐")))
    room.run(run)
    room.await_second(RunStatus("r3", "skip", RunState.PREVIEWED, KIM, room.now()))
    return RoomApp(room, small_panels(room.layout), person=KIM)


def _asked(app: RoomApp, confirmation: str, target: str = "KAIT") -> Asked:
    room = app.room
    assert isinstance(room, FakeRoom)
    preview = replace(room.preview, at=room.now(), target=target)
    expires = room.now() + timedelta(seconds=30)
    return Asked("run-1", Call("skip", KIM, {}), preview, confirmation, expires)  # type: ignore[arg-type]


def _who(app: RoomApp, names: Mapping[str, str]) -> WhoField:
    return WhoField(names, next(iter(names)), app.room.sign_in, app.wording())


def _confirm(confirmation: str, *, pin: bool = False) -> Callable[[RoomApp], ModalScreen[Any]]:
    def made(app: RoomApp) -> ModalScreen[Any]:
        who = _who(app, {"kim": "김운영"}) if pin else None
        return ConfirmScreen(
            _asked(app, confirmation), "Error Queue 재처리", app.room.now, app.wording(), who=who
        )

    return made


def _approval(viewer: Person) -> Callable[[RoomApp], ModalScreen[Any]]:
    def made(app: RoomApp) -> ModalScreen[Any]:
        room = app.room
        assert isinstance(room, FakeRoom)
        (waiting,) = room.approvals()
        waiting = replace(
            waiting, rows=ROWS, statement=STATEMENT, warnings=room.preview.warnings, count=3_687,
            headings=room.preview.headings, values={"code": "KAIT-E504", "why": "회선이 정상이 됨"},
        )  # fmt: skip
        room.set_approval(waiting)
        return ApprovalScreen(waiting, "승인 요청: 사전체크 SKIP", room, viewer, app.wording())

    return made


def _inputs(app: RoomApp) -> ModalScreen[Any]:
    specs = app.room.layout.actions["refund"].inputs
    offered = {"agency": tuple(Choice(name, f"{name} 연동") for name in ("KAIT", "SGI", "MOBINS", "KTOA"))}
    check = check_against(app.room, specs, offered)
    screen = InputScreen("환불", specs, offered, check, app.wording(), {})
    screen.about = "refund"
    return screen


def _card(run: str) -> Callable[[RoomApp], ModalScreen[Any]]:
    async def nothing(wish: InPlace, status: RunStatus) -> Message | None:
        return None

    def made(app: RoomApp) -> ModalScreen[Any]:
        status = next(each for each in app.room.runs() if each.id == run)
        title = app.room.layout.action_title(status.action, status.subject)
        return RunScreen(status, title, app.room, nothing, app.wording())

    return made


def _hold(app: RoomApp) -> Hold:
    return Hold(PARK, app.room.now(), "DB 점검")


Made = Callable[[RoomApp], ModalScreen[Any]]


def _alert(app: RoomApp) -> ModalScreen[Any]:
    facts = {"error_rate": 0.427, "requests": 1_236}
    alert = Alert("errors", "기관 오류율", "agencies", ("KAIT",), Level.CRITICAL, app.room.now(), facts=facts)
    guide = "먼저 상황 공유(s). KAIT는 사전체크 SKIP, 다른 기관은 장애등록으로 예비망에 넘긴다."
    return AlertScreen(alert, guide, app.room.actions(KIM), app.wording(), app.room.words, "6분")


DIALOGS: Mapping[str, Made] = {
    "confirm": _confirm("press"),
    "confirm-typed": _confirm("type"),
    "confirm-two": _confirm("two-person"),
    "confirm-typed-pin": _confirm("type", pin=True),
    "confirm-two-pin": _confirm("two-person", pin=True),
    "approval-asker": _approval(KIM),
    "approval-second": _approval(PARK),
    "approval-pin": _approval(Person("guest", "손님")),
    "inputs": _inputs,
    "alert": _alert,
    "card-unknown": _card("r0"),
    "card-running": _card("r1"),
    "runs": lambda app: RunsScreen(app.room.runs(), app.room.layout.action_title, app.wording()),
    "hold": lambda app: HoldScreen(2, app.wording()),
    "alarm": lambda app: AlarmScreen(
        Message("actions.lost_journal", {"at": "09:41", "entry": 128}), app.wording()
    ),
    "release": lambda app: ReleaseScreen(_hold(app), app.wording()),
    "leave": lambda app: LeaveScreen([Message("ui.leave_running", {"title": "재처리"})] * 3, app.wording()),
    "sign-in": lambda app: SignInScreen("누구인가요", NAMES, "", app.room.sign_in, app.wording()),
    "choose": lambda app: ChooseScreen("누가 실행하나요", NAMES, "", app.wording()),
    "sheet": lambda app: Sheet(app.room.actions(KIM), sheet_hints(app.room.layout), app.wording()),
    "help": lambda app: HelpScreen(list(key_uses(app.room.layout)), app.wording()),
    "filter": lambda app: FilterScreen("걸러보기: 대외기관", "", lambda words: None),
    "room-search": lambda app: RoomSearch(app.painter, app.wording()),
    "search": lambda app: Palette([RoomCommands], placeholder="찾기"),
}
