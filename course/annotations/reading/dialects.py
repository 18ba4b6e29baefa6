"""Code for other libraries than Keras: named in one sentence, and not read."""

import re

from course.annotations.claims import ReadError

LONGEST = 500_000
_KERAS = re.compile(
    r"(?i:\bkeras\b)|\b(?:Conv2D|Convolution2D|SeparableConv2D|DepthwiseConv2D|MaxPooling2D|MaxPool2D"
    r"|AveragePooling2D|GlobalAveragePooling2D|GlobalMaxPooling2D)\s?\("
)
_OTHERS = (
    (
        "JAX (Flax or Haiku)",
        r"\b(?:import|from) (?:flax|haiku|jax)\b|\bnn\.(?:compact|Conv\(|avg_pool|max_pool)|\bhk\.\w",
    ),
    (
        "PyTorch",
        r"\b(?:import|from) torch\b|\bnn\.(?:Conv[123]d|MaxPool2d|AvgPool2d|BatchNorm2d|Linear|Module)\b"
        r"|\b(?:Conv2d|MaxPool2d|BatchNorm2d|ConvTranspose2d)\s?\(|\b(?:Conv2d|Linear)-\d|\bF\.max_pool2d\b",
    ),
    (
        "TensorFlow 1",
        r"\btf\.(?:layers|contrib|placeholder)\b|\bslim\.\w|\btf\.nn\.(?:conv2d|max_pool)\b|\btflearn\b",
    ),
    (
        "Caffe",
        r"\b(?:convolution_param|pooling_param|num_output)\b|\btype:\s?\"(?:Convolution|Pooling|InnerProduct)\"",
    ),
)  # fmt: skip
_PATTERNS = [(name, re.compile(pattern)) for name, pattern in _OTHERS]
_KERAS_LAYERS = re.compile(r"\bhk\.\w+")


def refuse_other_libraries(text):
    """Raise ReadError where a text is code for a library other than Keras, and none of it is Keras."""
    text = _KERAS_LAYERS.sub("hk.x", text[:LONGEST])
    if _KERAS.search(text):
        return
    for name, pattern in _PATTERNS:
        if pattern.search(text):
            raise ReadError(f"This is {name}; only Keras code and Keras summaries are read.")
