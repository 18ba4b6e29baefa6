"""What the benchmarks of memory found, where and when, in measured.json: the instructor's guide repeats it.

`classroom.py --record` and `binder.py --record` write it; then `python -m course handouts` renews the guide.
"""

import json
from datetime import date
from pathlib import Path

from course import runs

RECORD = Path(__file__).with_suffix(".json")


def record(name, headings, rows, path=RECORD):
    """Put a table into the record, in the place of an older one of that name.

    Parameters
    ----------
    name : str
        The benchmark's, such as "binder".
    headings : sequence of str
    rows : iterable of sequence
        Words, and numbers, which are rounded.
    path : pathlib.Path
        Of the record.
    """
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[name] = {
        "date": date.today().isoformat(),
        "machine": runs.made_on()["machine"],
        "headings": list(headings),
        "rows": [[cell if isinstance(cell, str) else round(cell) for cell in row] for row in rows],
    }
    path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8", newline="\n")
