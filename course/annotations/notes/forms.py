"""Columns of numbers that no layer's truth could settle, told apart by how they run from note to note."""

from course.annotations.notes.note import MOST_KERNEL, form_of


def label_by_form(notes):
    """Label the numbers of notes that hold nothing else, where their columns leave no doubt.

    Parameters
    ----------
    notes : list of Note
        In the order of their layers.
    """
    bare = {}
    for note in notes:
        if note.is_bare and all(token.label is None for token in note.values):
            bare.setdefault(tuple(map(form_of, note.values)), []).append(note)
    has_fields = any(token.label == "field" for note in notes for token in note.values)
    for form, group in bare.items():
        names = _names(form, group, has_fields)
        for note in group:
            for token, name in zip(note.values, names, strict=False):
                token.label = name
    _name_sizes(notes)


def _names(form, group, has_fields):
    """Return labels for the columns of notes of one form, None for what is in doubt."""
    columns = [[_first(note.values[i]) for note in group] for i in range(len(form))]
    shrinks = [column[0] > column[-1] and column[0] > MOST_KERNEL for column in columns]
    grows = [column[0] < column[-1] for column in columns]
    if len(form) == 2 and "volume" in form and len(group) >= 2 and not has_fields:
        other = 1 - form.index("volume")
        if form[other] in ("number", "area") and grows[other]:
            return ["field" if i == other else "size" for i in (0, 1)]
    if len(form) == 2 and set(form) <= {"number", "area"} and len(group) >= 3 and not has_fields:
        for size, field in ((0, 1), (1, 0)):
            if shrinks[size] and grows[field] and columns[field][0] <= MOST_KERNEL:
                return ["size" if i == size else "field" for i in (0, 1)]
    if len(form) == 1 and form[0] in ("number", "area") and len(group) >= 4:
        (column,) = columns
        if shrinks[0] and all(a >= b for a, b in zip(column, column[1:], strict=False)):
            return ["size"]
        if form == ("number",) and column[0] <= MOST_KERNEL and not has_fields:
            if grows[0] and all(a <= b for a, b in zip(column, column[1:], strict=False)):
                return ["field"]
    return [None] * len(form)


def _first(token):
    return token.value if isinstance(token.value, int) else token.value[0]


def _name_sizes(notes):
    """Label the first number of notes such as "30, RF 5" a size, where it shrinks from note to note."""
    group = [
        note
        for note in notes
        if "size" not in note.labels
        and len(note.values) == 2
        and sorted(str(token.label) for token in note.values) == ["None", "field"]
        and not any(token.kind in ("word", "describes") for token in note.tokens)
    ]
    free = [next(token for token in note.values if token.label is None) for note in group]
    free = [token for token in free if isinstance(token.value, int)]
    if len(free) >= 2 and free[0].value > free[-1].value and free[0].value > MOST_KERNEL:
        for token in free:
            token.label = "size"
