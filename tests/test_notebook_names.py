"""No cell depends on which of two other cells was run last.

A learner runs cells again, in any order. Where two cells bind one name, a third that reads it gets the value of
whichever came last, in silence. So a name that is read from another cell is bound in one cell alone.
"""

import ast

import nbformat
import pytest

from course.notebooks import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


class Names(ast.NodeVisitor):
    """The names that a cell binds at its top level, each with what it is bound to, and those it reads before.

    Two imports of the same thing bind a name to the same; nothing else does.
    """

    def __init__(self, source, cell):
        self.cell, self.bound, self.read = cell, {}, set()
        self.inner = []  # names of the functions and comprehensions around
        self.visit(ast.parse(source))

    def bind(self, name, what=None):
        if self.inner:
            self.inner[-1].add(name)
        else:
            self.bound.setdefault(name, what or f"cell {self.cell}")

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.bind(node.id)
        elif node.id not in self.bound and not any(node.id in names for names in self.inner):
            self.read.add(node.id)

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_AugAssign(self, node):
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self.visit_Name(ast.Name(node.target.id, ast.Load()))
        self.visit(node.target)

    def visit_For(self, node):
        for part in (node.iter, node.target, *node.body, *node.orelse):
            self.visit(part)

    def visit_Import(self, node):
        for name in node.names:
            self.bind(name.asname or name.name.split(".")[0], f"import {name.name}")

    def visit_ImportFrom(self, node):
        for name in node.names:
            self.bind(name.asname or name.name, f"from {node.module} import {name.name}")

    def visit_FunctionDef(self, node):
        self.bind(node.name)
        self.within(node.args.args, node.body)

    def visit_Lambda(self, node):
        self.within(node.args.args, [node.body])

    def within(self, arguments, body):
        self.inner.append({argument.arg for argument in arguments})
        for part in body:
            self.visit(part)
        self.inner.pop()

    def visit_comprehension_of(self, node):
        self.inner.append(set())
        for part in node.generators:
            for each in (part.iter, part.target, *part.ifs):
                self.visit(each)
        for part in ("elt", "key", "value"):
            if hasattr(node, part):
                self.visit(getattr(node, part))
        self.inner.pop()

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_comprehension_of


def ambiguous(sources):
    """Return (cell, name, cells that bind it) for each name that a cell reads and several others bind."""
    cells = [Names(source, number) for number, source in sources.items()]
    found = []
    for reader in cells:
        for name in sorted(reader.read):
            binders = [cell for cell in cells if name in cell.bound]
            if len({cell.bound[name] for cell in binders}) > 1:
                found.append((reader.cell, name, [cell.cell for cell in binders]))
    return found


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["run = 1", "run = 2", "print(run)"], [(2, "run", [0, 1])]),
        (["run = 1", "print(run)", "run = 2"], [(1, "run", [0, 2])]),
        (["run = 1", "for run in range(3): pass", "def f():\n    return run"], [(2, "run", [0, 1])]),
        (["run = 1", "total = run\nrun = 2"], [(1, "run", [0, 1])]),
        (["total = 0", "total += 1", "total += 1"], [(1, "total", [0, 1, 2]), (2, "total", [0, 1, 2])]),
        (["a, b = 1, 2", "with open('') as a: pass", "[a for b in c if a]"], [(2, "a", [0, 1])]),
        (["import numpy as np", "import numpy as np", "np.ones(1)"], []),
        (["from course import data", "from other import data", "data"], [(2, "data", [0, 1])]),
        (["run = 1", "run = 2\nprint(run)", "for run in range(3): print(run)", "[run for run in range(3)]"], []),
        (["a = 1", "b = 2", "print(a, b)", "lambda a: a", "def f(b): return b"], []),
    ],
)
def test_the_rule(cells, found):
    assert ambiguous(dict(enumerate(cells))) == found


@pytest.mark.parametrize("path", PATHS, ids=[path.name for path in PATHS])
def test_a_name_that_another_cell_reads_is_bound_in_one_cell_alone(path):
    book = nbformat.read(path, as_version=4)
    code = {number: cell.source for number, cell in enumerate(book.cells) if cell.cell_type == "code"}
    assert len(code) > 8
    assert ambiguous(code) == []
