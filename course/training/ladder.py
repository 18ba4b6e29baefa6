"""The ladder: from document 000's recipe to the one that wins, one change at a time."""

from dataclasses import replace

from course.data import Augmentation
from course.training.recipes import published_separable_65k

# Short enough to climb all of it in an afternoon, and measured on images held out for choosing.
_as_published = replace(published_separable_65k, name="as_published", epochs=8, monitor="validation")
_brought_down = replace(_as_published, name="brought_down", schedule="cosine")
_larger_steps = replace(
    _brought_down, name="larger_steps", optimizer="sgd", learning_rate=0.4, warm_up=0.1, weight_decay=0.005
)
_no_dropout = replace(_larger_steps, name="no_dropout", dropout=False)
_crops = replace(_no_dropout, name="crops", augmentation=Augmentation(flip="alternating", crop=4))
_averaged = replace(_crops, name="averaged", ema_momentum=0.998, norm_momentum=0.9)
_muon = replace(_averaged, name="muon", optimizer="muon", learning_rate=0.04, weight_decay=0.05)

LADDER = {
    recipe.name: recipe
    for recipe in (_as_published, _brought_down, _larger_steps, _no_dropout, _crops, _averaged, _muon)
}
