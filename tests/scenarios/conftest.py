"""A story told on a procedure: every event goes through JSON, and every state is folded anew from the whole log.

When it ends, the story is lived again in a database, each event in a transaction of its own.
"""

import json
from dataclasses import replace
from datetime import datetime

import pytest

from gridsys.domain.case import Event, fold
from gridsys.domain.case_engine import apply, due_actions
from gridsys.domain.case_explain import explain, why_here
from gridsys.domain.case_opening import open_case
from gridsys.domain.case_permit import CaseAction, options
from gridsys.domain.procedure_roles import Worker
from gridsys.domain.worktime_calendar import BEIJING, STANDARD
from gridsys.errors import ProcedureError
from gridsys.files.procedures import packaged_procedures

THEN = STANDARD.as_published(2026)
GRID = "110101001007003"


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


class Story:
    """One case as it is lived: ``do`` what somebody does, ``refused`` what the system does not let them do."""

    def __init__(self, procedure, case_class, title, worker, at, *, area_code=GRID, level="", calendar=THEN, **facts):
        self.procedure, self.calendar, self.events = packaged_procedures()[procedure], calendar, []
        self._add(
            open_case(self.procedure, "C1", case_class, title=title, area_code=area_code, worker=worker,
                      at=moment(at), level=level, facts=facts, calendar=calendar)
        )  # fmt: skip

    def _add(self, events):
        self.events += [Event.from_dict(json.loads(json.dumps(event.as_dict()))) for event in events]
        self.case = fold(self.events)

    def do(self, name, worker, at, **data):
        self._add(apply(self.procedure, self.case, CaseAction(name, worker, moment(at), data), self.calendar))
        return self.case

    def refused(self, code, name, worker, at, **data):
        with pytest.raises(ProcedureError) as caught:
            apply(self.procedure, self.case, CaseAction(name, worker, moment(at), data), self.calendar)
        assert caught.value.code == code, caught.value
        return str(caught.value)

    def tick(self, at):
        """Let the system do what is due; return the names of what it did."""
        done = []
        while due := due_actions(self.procedure, self.case, moment(at), self.calendar):
            self._add(apply(self.procedure, self.case, due[0], self.calendar))
            done.append(due[0].name)
        return done

    def light(self, at):
        return self.case.light(moment(at), self.procedure.lights.of).value

    def possible(self, worker=None, at=None):
        return {o.name for o in options(self.procedure, self.case, worker, at and moment(at), self.calendar)}

    def why(self):
        words = why_here(self.procedure, self.case)
        return words.zh, words.en

    def told(self):
        return [(words.zh, words.en) for words in explain(self.procedure, self.events)]


def live_again(store, story, case_id):
    """Append a story's events to the database one by one; the case it holds is the story's, and so is the log."""
    events = [replace(event, case_id=case_id) for event in story.events]
    case = None
    for event in events:
        with store.begin() as transaction:
            (case,) = transaction.cases.append([(case, [event])], recorded_by="teller")
    with store.begin(read_only=True) as transaction:
        assert transaction.cases.state(case_id) == case == replace(story.case, case_id=case_id)
        assert list(transaction.cases.log(case_id)) == events
        assert transaction.cases.stale_heads() == []


@pytest.fixture
def begin(store):
    stories = []

    def start(*arguments, **options):
        stories.append(Story(*arguments, **options))
        return stories[-1]

    yield start
    for number, story in enumerate(stories):
        live_again(store, story, f"C{number}")


@pytest.fixture
def staff():
    """The people of the stories; every id is made up."""
    grid, community, street, district = GRID, GRID[:12], GRID[:9], GRID[:6]
    return {
        "resident": Worker("9901", "resident", "public"),
        "neighbour": Worker("9902", "resident", "public"),
        "third": Worker("9903", "resident", "public"),
        "grid": Worker("wang", "grid-manager", "grid", grid),
        "assistant": Worker("li", "assistant", "grid", grid),
        "supervisor": Worker("zhao", "supervisor", "grid", grid),
        "party": Worker("zhang", "party-secretary", "grid", grid),
        "judicial": Worker("bai", "judicial-worker", "grid", grid),
        "other-grid": Worker("sun", "grid-manager", "grid", "110101001007004"),
        "station": Worker("qian", "station-worker", "community", community),
        "station2": Worker("jin", "station-worker", "community", community),
        "community-mediator": Worker("han", "mediator", "community", community),
        "street": Worker("zhou", "dispatcher", "street", street),
        "street2": Worker("wu", "dispatcher", "street", street),
        "street-mediator": Worker("tang", "mediator", "street", street),
        "district": Worker("zheng", "dispatcher", "district", district),
        "district-mediator": Worker("song", "mediator", "district", district),
        "overseer": Worker("feng", "overseer", "district", district),
        "verifier": Worker("chen", "verifier", "street", street),
        "urban": Worker("u1", "department-officer", "department", street, "urban-management"),
        "police": Worker("u2", "department-officer", "department", street, "police"),
        "traffic": Worker("u3", "department-officer", "department", street, "traffic"),
    }
