"""Where drivers differ legitimately: questions that a driver's test class answers, saying why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from delfin.inventory.catalog import BY_KEY
from delfin.testing.replay import faults

# A reason is for the reader of a report; less than this says nothing.
_SHORTEST_REASON = 12

Yes = bool | str


class Questions:
    """Each answer but the usual one is a sentence that says why.

    Attributes:
        parameter_names_are_the_contracts: Else only the number of parameters is compared.
        capacities_add_up: Used and free make up the total.
        ids_are_unique: No two rows of a kind have the same native id.
        groups_are_dicts: Groups are told with their memberships; else as a list of groups, each
            with its members as one text with commas.
        alerts_are_filtered_by_time: By the driver; delfin filters once more.
        empty: By table ('shares'): why there are no rows of it in this recording.
        dangling: By 'table.column': why what it names is not listed.
        volatile: By 'table.column', or 'storage.column': why it is different at each reading.
        ignored: By query parameter or member of a body: why it differs from run to run.
        other_errors: By fault: the class that is right for this array, and why.
        timeouts: By dotted name of a number in the driver: which wait it limits.
    """

    parameter_names_are_the_contracts: ClassVar[Yes] = True
    capacities_add_up: ClassVar[Yes] = True
    ids_are_unique: ClassVar[Yes] = True
    groups_are_dicts: ClassVar[Yes] = True
    alerts_are_filtered_by_time: ClassVar[Yes] = True
    empty: ClassVar[Mapping[str, str]] = {}
    dangling: ClassVar[Mapping[str, str]] = {}
    volatile: ClassVar[Mapping[str, str]] = {}
    ignored: ClassVar[Mapping[str, str]] = {}
    other_errors: ClassVar[Mapping[str, tuple[type[Exception], str]]] = {}
    timeouts: ClassVar[Mapping[str, str]] = {}


QUESTIONS = tuple(
    name for name in vars(Questions) if not name.startswith("_") and name != "other_errors"
)


def findings(questions: type[Questions]) -> list[str]:
    """Answers without a reason, and answers about things that do not exist."""
    found = []
    for name in QUESTIONS:
        answer = getattr(questions, name)
        reasons = answer if isinstance(answer, Mapping) else {"": answer}
        found += [
            f"{name}{f'[{what!r}]' if what else ''}: say why, in a sentence"
            for what, reason in reasons.items()
            if reason is not True and len(str(reason)) < _SHORTEST_REASON
        ]
    for fault, answer in questions.other_errors.items():
        if fault not in faults.ALL:
            found.append(f"other_errors: {fault!r} is not one of {', '.join(faults.ALL)}")
        elif len(answer[1]) < _SHORTEST_REASON:
            found.append(f"other_errors[{fault!r}]: want the class and a sentence that says why")
    found += [f"empty: there is no table {table!r}" for table in questions.empty.keys() - _TABLES]
    return found


_TABLES = set(BY_KEY)


def differs(answer: Any) -> bool:
    """Whether a yes-or-no question was answered with a reason why not."""
    return answer is not True
