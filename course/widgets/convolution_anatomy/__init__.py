"""The convolution anatomy: choose a kind of convolution and step through its output, value by value."""

from course.widgets.convolution_anatomy.controls import ConvolutionAnatomy, convolution_anatomy

__all__ = ["ConvolutionAnatomy", "convolution_anatomy"]
