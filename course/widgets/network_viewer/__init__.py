"""The network viewer: an image on its way through a trained network, down to one multiplication."""

from course.widgets.network_viewer.controls import NetworkViewer, network_viewer

__all__ = ["NetworkViewer", "network_viewer"]
