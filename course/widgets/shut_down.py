"""A button that shuts a notebook down: its kernel ends, and the memory it holds is free."""

import html
import json
import re
from pathlib import Path

import ipywidgets as widgets

from course.widgets.shell import LIVE, ONE_OF_TWO

_STILL = "In a running notebook, a button here shuts it down."
_LABEL = "Shut this notebook down"
_ENDED = "Its memory is free, and what you wrote is kept. To work on here, choose Kernel, then Restart Kernel."
# Such as in Voila, where closing the page does it.
_FAILED = "That fails here: choose Kernel, then Shut Down Kernel. Where there is no such menu, close the page."

# The page may end its kernel, as it does from Jupyter's menu: by asking the server, with the page's own cookie.
_SCRIPT = """
const said = this.nextElementSibling, told = document.getElementById('jupyter-config-data');
const page = told ? JSON.parse(told.textContent) : {}, headers = {};
const cookie = document.cookie.match(/\\b_xsrf=([^;]*)/);
if (cookie) headers['X-XSRFToken'] = cookie[1];
if (page.token) headers.Authorization = 'token ' + page.token;
fetch((page.baseUrl || '/') + 'api/kernels/KERNEL', {method: 'DELETE', headers}).then(
  answer => {said.textContent = answer.ok ? ENDED : FAILED}, () => {said.textContent = FAILED});
"""


class ShutDownButton(widgets.HTML):
    """The button, and what came of pressing it."""

    def __init__(self):
        script = _SCRIPT.replace("KERNEL", _kernel())
        script = script.replace("ENDED", json.dumps(_ENDED)).replace("FAILED", json.dumps(_FAILED))
        # Jupyter would take Enter for its own.
        super().__init__(
            '<button type="button" class="jupyter-button" data-lm-suppress-shortcuts style="width:auto" '
            f'onclick="{html.escape(script)}">{_LABEL}</button> <span role="status"></span>'
        )
        self.add_class("course-live")

    def _ipython_display_(self):
        from IPython.display import publish_display_data

        page = f'{ONE_OF_TWO}<div class="course-still"><p>{_STILL}</p></div>'
        publish_display_data({"text/html": page, "text/plain": _STILL})
        publish_display_data({LIVE: self._repr_mimebundle_()[LIVE]})


def shut_down_button():
    """Return a button that shuts this notebook down. Nothing ends before it is pressed.

    It works in JupyterLab and Notebook; elsewhere, such as in Voila, it says what to do instead.

    Returns
    -------
    ShutDownButton
        Leave it as the last line of a cell.
    """
    return ShutDownButton()


def _kernel():
    """Return the running kernel's name on its server, or "" where no notebook runs."""
    from ipykernel.connect import get_connection_file

    try:
        named = re.fullmatch(r"kernel-([\w-]+)", Path(get_connection_file()).stem)
    except RuntimeError:
        return ""
    return named[1] if named else ""
