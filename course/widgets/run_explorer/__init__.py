"""The run explorer: choose records, a measurement and smoothing, and see which is ahead."""

from course.widgets.run_explorer.controls import RunExplorer, run_explorer

__all__ = ["RunExplorer", "run_explorer"]
