"""Entries that the tests share: each is trained once."""

import pytest
from entries import build_model, few_steps, images

from course import challenge


@pytest.fixture(scope="session")
def data():
    return images()


@pytest.fixture(scope="session", autouse=True)
def _short():
    with few_steps():
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory, data):
    """A class's folder with two entries: ada's qualifier, and bob's 50 epochs, here two."""
    folder = tmp_path_factory.mktemp("class")
    challenge.qualify(build_model, data, name="Ada", out=folder / "ada")
    challenge.full(lambda: build_model(4), data, name="Bob", out=folder / "bob")
    return folder
