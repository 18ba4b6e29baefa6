"""The published logs: as the reports print them, inconsistencies kept."""

import numpy as np
import pytest

from course import published, runs

LOG = """
<P><b> Total parameters</b> - 65101 </P>
<p> Overall highest val Accuracy - 66.00 </p>
Epoch 1/50<br>
390/390 [==============================] - 27s 70ms/step - loss: 1.5205 - acc: 0.4752 - val_loss: 1.1740 - val_acc: 0.5980<br>
Epoch 2/50<br>
390/390 [==============================] - 25s 65ms/step - loss: 1.1183 - acc: 0.6274 - val_loss: 1.0272 - val_acc: 0.6528<br>
"""  # noqa: E501


def test_log_is_read():
    rows = published.read_log(LOG)
    assert [tuple(row) for row in rows] == [runs.COLUMNS, runs.COLUMNS]
    assert list(rows[1].values()) == [2, 25, 1.1183, 0.6274, 1.0272, 0.6528]


def test_claims_are_kept_and_differences_noted():
    run = published.read_report(LOG, "separable_65k", published.REPORTS["separable_65k"][1])
    assert run.about["published"] and run.about["claims"]["best_accuracy"] == 66.0
    assert run.about["test_accuracy_best"] == 0.6528 and run.about["best_epoch"] == 2
    assert run.about["notes"] == ["The report claims 66.00 % at best; its own log says 65.28 %."]


def test_report_without_a_log_is_refused():
    with pytest.raises(ValueError, match="no training log"):
        published.read_report("nothing here", "separable_65k", {})


@pytest.mark.parametrize(
    ("name", "parameters", "last", "best", "best_epoch", "base", "notes"),
    [
        ("separable_65k", 65_101, 0.8465, 0.8558, 49, 82.14, 0),
        ("separable_99k", 98_887, 0.7742, 0.7975, 41, 81.67, 1),
    ],
)
def test_committed_records(name, parameters, last, best, best_epoch, base, notes):
    run = runs.load(f"published_{name}")
    about = run.about
    assert about["published"] and about["epochs"] == len(run.epochs) == 50
    assert about["parameters"] == parameters and about["claims"]["base_accuracy"] == base
    assert (about["test_accuracy_last"], about["test_accuracy_best"]) == (last, best)
    assert about["best_epoch"] == best_epoch and len(about["notes"]) == notes
    if notes:
        assert "79.69" in about["notes"][0] and "79.75" in about["notes"][0]


def test_base_runs():
    found = published.base_runs()
    values = found["final_test_accuracy"]
    assert np.isnan(found["final_train_accuracy"]).sum() == 1
    assert len(values) == 47 and values.min() == 81.66 and values.max() == 83.49
    assert round(float(np.std(values, ddof=1)), 2) == 0.40


def test_annotation_mistakes():
    mistakes = published.annotation_mistakes()
    assert mistakes.rows[0] == (34, 34 / 81, 8, "jump ignored: a convolution after pooling adds k - 1")
    assert mistakes.column("steps") == sorted(mistakes.column("steps"), reverse=True)
    assert sum(mistakes.column("steps")) == mistakes.totals[0] == 81 and len(mistakes.rows) == 17


def test_the_submissions_are_all_there():
    found = published.submissions()
    assert {len(column) for column in found.values()} == {52}
    assert found["augmented"].sum() == 34
    assert found["parameters"].max() < 100_000 and not any(np.isnan(column).any() for column in found.values())
    # Report 000 is the tenth of them.
    assert [column[9] for column in found.values()] == [65_101, 84.65, 85.58, 1249.96, True]
