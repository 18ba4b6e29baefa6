"""The layer explorer: build a network layer by layer and watch what each move costs and sees."""

from course.widgets.layer_explorer.controls import LayerExplorer, layer_explorer

__all__ = ["LayerExplorer", "layer_explorer"]
