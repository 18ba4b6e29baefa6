"""The exported pages in a browser: axe-core finds nothing, and nothing is asked of the network."""

from lab import axe

from course.export import export


def test_exported_pages(page, tmp_path, findings):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in export(tmp_path):
        page.goto(path.as_uri())
        findings[f"exported {path.name}"] = found = axe(page, "html")
        assert [each[:3] for each in found] == [], path.name
    assert [url for url in asked if not url.startswith("file:")] == []
