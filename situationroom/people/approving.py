"""Who may be the second person of a run: never the one who asked, whatever way they come."""

from __future__ import annotations

from situationroom.errors import ActionDenied
from situationroom.layout.models import ActionSpec, Layout
from situationroom.people.roles import names_with
from situationroom.values import Person


def judge_second(layout: Layout, spec: ActionSpec, asker: Person, approver: Person) -> None:
    """Let ``approver`` approve or refuse what ``asker`` asked for; both with proofs that a door has given.

    Asked where an approval is given, and again where it is used: whoever wrote it into the journal.

    Raises:
        ActionDenied: they may not, and who may.

    """
    if approver.id not in layout.people or not approver.proof.enough_to_approve:
        raise ActionDenied("people.approver_unproven")
    others = names_with(layout, spec.approving_roles, but=asker.id)
    if approver.id == asker.id:
        raise ActionDenied("people.self_approval", others=others)
    roles = spec.approving_roles
    if roles and set(roles).isdisjoint(layout.people[approver.id].roles):
        raise ActionDenied("people.not_an_approver", roles=", ".join(roles), others=others)
    if not asker.proof.enough_to_approve:
        raise ActionDenied("people.asker_unproven", asker=asker.name)
