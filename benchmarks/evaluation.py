"""How long does it take to evaluate a million cases? From milestones, from typed events, and from logs.

Logs that walk at random through nine procedures are repeated with new ids; CPU seconds, the least of three runs.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gridsys.domain.areacode import AreaLevel
from gridsys.domain.period import Period
from gridsys.files.evaluation import read_evaluation
from gridsys.files.procedures import packaged_procedures
from gridsys.measure.evaluation import evaluate
from gridsys.measure.evaluation_events import event_frame, milestones
from tests.measure.walks import walks

CASES = 1_000_000
KNOWN, RULES, AS_OF = packaged_procedures(), read_evaluation(), Period.parse("2026-10").end


def least(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    found = []
    for _ in range(times):
        begin = time.process_time()
        result = work()
        found.append(time.process_time() - begin)
    return min(found), result


def main() -> None:
    logs = walks()
    events = [event for log in logs for event in log]
    typing, small = least(lambda: event_frame(events))
    copies = -(-CASES // len(logs))
    large = small.iloc[np.tile(np.arange(len(small)), copies)].reset_index(drop=True)
    copy = np.repeat(np.arange(copies), len(small))
    large["case_id"] = large["case_id"] + pd.Series(copy).astype("str")
    print(f"{copies * len(logs):,} cases, {len(large):,} events, looked at as of {AS_OF}")
    reaching, cases = least(lambda: milestones(large, AS_OF, KNOWN))
    by = f"(by {len(events):,} events)"
    print(f"{'logs as Event objects → typed events':48}{typing / len(events) * len(large):8.1f} s {by}")
    print(f"{'typed events → milestones as of a moment':48}{reaching:8.2f} s")
    for level in (AreaLevel.STREET, AreaLevel.GRID):
        seconds, table = least(lambda level=level: evaluate(cases, RULES, KNOWN, level=level))
        print(f"{f'milestones → {len(table):,} figures by {level}':48}{seconds:8.2f} s")


if __name__ == "__main__":
    main()
