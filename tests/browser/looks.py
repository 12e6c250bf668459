"""A page as all may look at it: sizes, light and dark, and what axe finds in each."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Colours are all that differs in the dark, and they are the same on a phone. Without preload axe reads the style sheets that the
# browser has, and fetches none.
LOOKS = {
    "light": {"runOnly": LEVELS, "preload": False, "resultTypes": ["violations"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "preload": False, "resultTypes": ["violations"]},
}
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SEEN = [("phone", "light"), ("desk", "light"), ("desk", "dark")]
NARROW = {"width": 320, "height": 700}
# What one reads or presses, but not what lies in a strip that scrolls by itself.
CUT_OFF = """() => [...document.querySelectorAll("h1, h2, p, a, button, input, select, textarea")].filter((each) => {
  const scrolls = (box) => box && (["auto", "scroll"].includes(getComputedStyle(box).overflowX) || scrolls(box.parentElement));
  const box = each.getBoundingClientRect();
  return each.checkVisibility() && box.width > 1 && box.right > document.documentElement.clientWidth + 1 && !scrolls(each);
}).map((each) => each.outerHTML.slice(0, 120))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands, in words: rule, where, and in which looks."""
    found = []
    page.wait_for_load_state()  # a page half there has no document for axe
    for size, scheme in SEEN:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        violations = Axe().run(page, options=LOOKS[scheme]).response["violations"]
        found += [
            f"{name} ({size}, {scheme}): {each['id']}: {node['target']} {node['failureSummary']}"
            for each in violations
            for node in each["nodes"][:3]
        ]
    page.set_viewport_size(NARROW)
    if over := page.evaluate(SIDEWAYS):
        found.append(f"{name}: {over} pixels too wide at 320")
    found += [f"{name}: runs off at 320: {each}" for each in page.evaluate(CUT_OFF)]
    page.set_viewport_size(SIZES["desk"])
    return found
