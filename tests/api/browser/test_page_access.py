"""Who uses no mouse, or no eyes."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from api.schemas import Reply
from tests.api.browser.conftest import Opener
from tests.api.browser.served import ANSWER, Site
from tests.api.browser.student import Student

FOCUSED = "document.activeElement.textContent.trim() || document.activeElement.id"
OUTLINE = (
    "(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))"
)


async def test_everything_works_with_the_keyboard_alone(site: Site, visit: Opener) -> None:
    student = await visit(is_mobile=False, has_touch=False)
    keyboard = student.page.keyboard
    await expect(student.words).to_be_focused()
    await keyboard.type("une ligne")
    await keyboard.press("Shift+Enter")
    await keyboard.type("une autre")
    await keyboard.press("Enter")
    assert (await site.answer(ANSWER)).text == "une ligne\nune autre"
    await student.sees("answer", "La prépa TSI")
    passed = []
    for _ in range(4):
        await keyboard.press("Shift+Tab")
        passed.append(await student.measure(FOCUSED))
        assert await student.measure(OUTLINE) == "solid 3px"
    assert passed == ["Parler à un tuteur", "Pas vraiment", "Ça m'aide", "Prépa TSI, Onisep"]
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    assert (await site.answer(Reply(text="Super !"))).payload == "helpful:cpge-tsi"
    await student.sees("text", "Super !")


async def test_the_menu_opens_and_closes_with_the_keyboard(site: Site, student: Student) -> None:
    keyboard = student.page.keyboard
    menu = student.page.get_by_role("navigation", name="Menu")
    await student.page.get_by_role("button", name="Menu").focus()
    await keyboard.press("Enter")
    await expect(menu).to_be_visible()
    await keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(student.page.get_by_role("button", name="Menu")).to_be_focused()
    await keyboard.press("Enter")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    assert (await site.answer(ANSWER)).text == "aide"
    await expect(menu).to_be_hidden()


async def test_answers_are_announced_but_not_the_history(site: Site, student: Student) -> None:
    live = student.page.get_by_role("log", name="Messages")
    await student.say("c koi la tsi")
    await expect(live).to_have_attribute("aria-live", "polite")
    await site.answer(ANSWER)
    await expect(live).to_contain_text("La prépa TSI")
    await expect(live.get_by_role("listitem")).to_have_count(3)
    await student.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => new MutationObserver((found, seen) => {"
        "  window.whileLoading = document.getElementById('live').getAttribute('aria-live'); seen.disconnect()"
        "}).observe(document.getElementById('log'), { childList: true }))"
    )
    await student.page.reload()
    await student.sees("answer", "La prépa TSI")
    assert await student.measure("whileLoading") == "off"
    await expect(live).to_have_attribute("aria-live", "polite")


async def test_the_parts_of_the_page_have_names_and_headings_in_order(site: Site, student: Student) -> None:
    await student.say("c koi la tsi")
    await site.answer(ANSWER)
    await expect(student.page.get_by_role("heading", level=1)).to_have_text("Passerelle")
    await expect(student.page.get_by_role("heading", level=2)).to_have_text(["La prépa TSI"])
    await expect(student.page.get_by_role("main", name="Conversation")).to_be_visible()
    await expect(student.page.get_by_role("form", name="Écrire")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_is_read_stands_out_from_its_ground(site: Site, visit: Opener, scheme: str) -> None:
    student = await visit(color_scheme=scheme)
    await student.say("je veux mourir")
    await student.say("c koi la tsi")
    await site.answer(ANSWER.model_copy(update={"warning": "À vérifier."}))
    await student.sees("answer", "La prépa TSI")
    faint = await student.measure(CONTRASTS)
    assert faint == []


CONTRASTS = """(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = (colour) => channels(colour).slice(0, 3)
    .map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (it) => {
    for (; it; it = it.parentElement) {
      const { backgroundColor } = getComputedStyle(it);
      if (channels(backgroundColor)[3] !== 0) return backgroundColor;
    }
  };
  const ratio = (it) => {
    const [low, high] = [light(getComputedStyle(it).color), light(ground(it))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const own = (it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const read = [...document.querySelectorAll("body *")].filter((it) => it.checkVisibility() && own(it));
  if (read.length < 20) return ["too little on the page"];
  return read.filter((it) => ratio(it) < 4.5).map((it) => `${it.outerHTML.slice(0, 80)} ${ratio(it).toFixed(2)}`);
})()"""
"""Every element with words of its own whose contrast is below 4.5 to 1."""
