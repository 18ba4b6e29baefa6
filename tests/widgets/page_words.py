"""Read a widget's page as a person would, and see that it is well formed."""

from html.parser import HTMLParser


class Words(HTMLParser):
    """The words of a page, and whether its elements are closed in the order they were opened."""

    def __init__(self, page):
        super().__init__()
        self.words, self.open = [], []
        self.feed(page)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def words(rendered):
    return " ".join(Words(rendered.html).words)
