"""What a live widget needs of its page, and no control of ipywidgets can ask for.

A widget's HTML lands in the page as it is, so an image's `onload` runs a script there.
"""

import html
import json

_PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

# Jupyter looks at every key before the page does, from the document; only the window is asked earlier.
# Keys with Ctrl, Alt or Command stay Jupyter's, and so do Shift+Enter and Escape: saving and running go on,
# and there is a way out.
_KEYS = """
if (!window.courseKeys) {
  window.courseKeys = true;
  window.addEventListener('keydown', event => {
    if (!event.target.closest || !event.target.closest('.course-live')) return;
    const field = event.target.matches('input') ? event.target : null;
    if (event.key === 'Escape' && field && 'before' in field.dataset) field.value = field.dataset.before;
    const jupyters = event.ctrlKey || event.metaKey || event.altKey || event.key === 'Escape' ||
      event.shiftKey && event.key === 'Enter';
    event.target.toggleAttribute('data-lm-suppress-shortcuts', !jupyters);
  }, true);
}
"""

# The elements named here stay where they are when their contents change, which a screen reader needs.
_SHELL = """
const words = shell.querySelector('.course-words .widget-html-content');
const picture = shell.querySelector('.course-picture .widget-html-content');
if (!words || !picture) return false;
words.setAttribute('role', 'status');
picture.setAttribute('role', 'group');
picture.setAttribute('aria-label', 'Picture');
picture.tabIndex = 0;
const name = () => {
  // The line of code is written anew at each move; who has opened it keeps it open.
  const line = shell.querySelector('.course-line details');
  if (line && shell.dataset.line) line.open = true;
  // Of lists and boxes, ipywidgets keeps the tooltip to itself; of toggle buttons, which is pressed.
  for (const label of shell.querySelectorAll('.widget-dropdown, .widget-checkbox')) {
    const tip = tips[label.textContent.trim()] ?? tips[label.querySelector('label').textContent];
    for (const part of tip ? label.querySelectorAll('select, input, span') : []) part.title = tip;
  }
  for (const button of shell.querySelectorAll('.widget-toggle-button')) {
    button.setAttribute('aria-pressed', button.classList.contains('mod-active'));
  }
  for (const slider of shell.querySelectorAll('.widget-slider')) {
    const label = slider.querySelector('.widget-label'), readout = slider.querySelector('.widget-readout');
    for (const handle of slider.querySelectorAll('.noUi-handle')) {
      handle.setAttribute('aria-label', label.textContent);
      if (readout) handle.setAttribute('aria-valuetext', readout.textContent);
    }
    if (readout) readout.setAttribute('aria-label', label.textContent);
  }
};
name();
new MutationObserver(name).observe(shell, {
  childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['class'],
});
shell.addEventListener('toggle', event => {
  if (event.target.closest('.course-line')) shell.dataset.line = event.target.open ? 'open' : '';
}, true);
for (const kind of ['focusin', 'change']) {
  shell.addEventListener(kind, event => {
    if (event.target.matches('input')) event.target.dataset.before = event.target.value;
  });
}
"""

# What is clicked in the picture is told to the kernel through a text field that is not shown.
_CLICKS = """
picture.addEventListener('click', event => {
  const copy = event.target.closest('[data-copy]'), told = event.target.closest('[data-tell]');
  if (copy) {
    const text = picture.querySelector('textarea');
    text.select();
    document.execCommand('copy');
    copy.textContent = 'Copied';
  } else if (told) {
    const box = told.getBoundingClientRect(), field = shell.querySelector('.course-told input');
    const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    field.value = [told.dataset.tell, ...place.map(share => share.toFixed(4)), Date.now()].join(' ');
    field.dispatchEvent(new Event('input', {bubbles: true}));
    field.dispatchEvent(new Event('change', {bubbles: true}));
  }
});
return true;
"""


def hook(tips):
    """Return HTML that, put into a live widget, gives it names, keys of its own and ears for clicks.

    It does so once the widget stands in its page.

    Parameters
    ----------
    tips : dict of str to str
        From a control's label to its tooltip.
    """
    script = f"""
    const image = this, tips = {json.dumps(tips)}, mend = shell => {{{_SHELL}{_CLICKS}}};
    {_KEYS}
    const look = tries => {{
      const shell = image.closest('.course-live');
      if (!(shell && mend(shell)) && tries) setTimeout(look, 50, tries - 1);
    }};
    look(400);
    """
    return f'<img alt="" src="{_PIXEL}" onload="{html.escape(script)}">'
