"""Who checks the effect of measures (5.2.2.5): nobody who carried one of them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cs.procedure.authority import Permission, roles_with

CHECKS = "checks_effect"  # the relation of the steps by which an effect is checked


def checkers(
    held: Mapping[int, Collection[str]],
    permission: Permission,
    in_place: Sequence[str],
    carriers: Collection[int],
) -> list[int] | None:
    """Return who may check, of people by their roles: those who hold the permission and carried nothing out;
    where there are none, those of the first role of `in_place` that has any.

    None while nobody who holds the permission carried anything out: it awaits all of them.
    """
    usual = set(roles_with(permission))
    holders = {person for person, roles in held.items() if not usual.isdisjoint(roles)}
    if holders.isdisjoint(carriers):
        return None
    for asked in (usual, *({role} for role in in_place)):
        able = {person for person, roles in held.items() if not asked.isdisjoint(roles)} - set(carriers)
        if able:
            return sorted(able)
    return []
