"""How the page lies on the screen."""

from __future__ import annotations

from playwright.async_api import expect

from api.schemas import Reply
from tests.api.browser.conftest import Opener
from tests.api.browser.served import ANSWER, Site
from tests.api.browser.student import Student

LONG = ANSWER.model_copy(update={"text": "Une longue réponse. " * 100})
WIDE = ANSWER.model_copy(
    update={"text": f"https://exemple.fr/{'a' * 200} {'b' * 200}", "title": "Anticonstitutionnellement" * 4}
)


async def test_the_input_bar_stays_at_the_bottom_of_the_screen(site: Site, student: Student) -> None:
    for number in range(3):
        await student.say(f"question {number}")
        await site.answer(LONG, Reply(text=f"fin {number}"))
        await student.sees("text", f"fin {number}")
    await student.measure("window.scrollTo(0, 1000)")
    bar = await student.page.locator("#composer").bounding_box()
    assert bar is not None and bar["y"] + bar["height"] == 844


async def test_a_long_answer_is_shown_from_its_beginning(site: Site, student: Student) -> None:
    await student.say("raconte")
    await site.answer(LONG)
    await expect(student.page.get_by_role("heading", name="La prépa TSI")).to_be_in_viewport()
    end = student.page.get_by_role("button", name="Aller au dernier message")
    await end.click()
    await expect(student.page.get_by_role("button", name="Parler à un tuteur")).to_be_in_viewport()
    await expect(end).to_be_hidden()


async def test_short_answers_take_the_reader_along(site: Site, student: Student) -> None:
    for number in range(6):
        await student.say(f"question {number}")
        await site.answer(ANSWER)
        await expect(student.page.locator(".message.answer")).to_have_count(number + 1)
        await expect(student.page.get_by_role("button", name="Parler à un tuteur").last).to_be_in_viewport()


async def test_who_reads_further_up_is_left_there(site: Site, student: Student) -> None:
    await student.say("raconte")
    await site.answer(LONG)
    await student.sees("answer", "La prépa TSI")
    await student.say("et après ?")
    await student.sees("student", "et après ?")
    await student.measure("document.querySelector('main').scrollTo(0, 0)")
    await student.page.get_by_role("button", name="Aller au dernier message").wait_for()
    await site.answer(Reply(text="la suite"))
    await student.sees("text", "la suite")
    assert await student.measure("document.querySelector('main').scrollTop") == 0


async def test_nothing_is_wider_than_a_small_phone(site: Site, visit: Opener) -> None:
    student = await visit(viewport={"width": 320, "height": 640})
    await student.say("c" * 300)
    await site.answer(WIDE)
    await student.sees("answer", "Source : ")
    for place in ("document.documentElement", "document.querySelector('main')"):
        assert await student.measure(f"{place}.scrollWidth - {place}.clientWidth") == 0
