"""What is said of one note."""

from dataclasses import dataclass

RIGHT, WRONG, INHERITED, LUCKY, UNCLAIMED = "right", "wrong", "inherited", "lucky", "unclaimed"
UNJUDGED = "not judged"
ACCUSED = (WRONG, LUCKY, INHERITED)


@dataclass(frozen=True)
class Verdict:
    """What is said of one number in a note.

    Parameters
    ----------
    verdict : str
        "right"; "wrong", where a mistake starts; "inherited", where the step is right but starts from
        a wrong number; "lucky", where a wrong step lands on the true number; "not judged", where what is
        true can't be told from the text; "unclaimed".
    explanation : str
        One sentence, with this layer's own numbers. Empty where all is well.
    mistake : str, optional
        The kind of mistake that starts here.
    source : int, optional
        For an inherited number, the layer in which its mistake started.
    """

    verdict: str
    explanation: str = ""
    mistake: str = None
    source: int = None
