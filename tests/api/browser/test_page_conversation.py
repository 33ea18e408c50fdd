"""A conversation as a student sees it."""

from __future__ import annotations

import re
from datetime import date

from playwright.async_api import expect

from api.schemas import Button, Reply, ReplyKind, Source
from tests.api.browser.conftest import Opener
from tests.api.browser.served import ANSWER, Site
from tests.api.browser.student import Student

MARKUP = "<b>gras</b> <img src=x onerror=\"document.title='pris'\"> & <script>document.title='pris'</script>"


async def test_a_question_gets_an_answer_with_its_source_its_date_and_three_buttons(
    site: Site, student: Student
) -> None:
    await student.say("c koi la tsi")
    assert (await site.answer(ANSWER)).text == "c koi la tsi"
    answer = student.message("answer")
    await expect(answer.get_by_role("heading")).to_have_text("La prépa TSI")
    await expect(answer.locator(".sources")).to_have_text("Source : Prépa TSI, Onisep (vérifié le 22 novembre 2026)")
    source = answer.get_by_role("link", name="Prépa TSI, Onisep")
    await expect(source).to_have_attribute("href", ANSWER.sources[0].url)
    await expect(source).to_have_attribute("rel", "noopener noreferrer")
    await expect(answer.get_by_role("button")).to_have_text(["Ça m'aide", "Pas vraiment", "Parler à un tuteur"])
    await student.sees("welcome", "Passerelle")
    await student.sees("student", "c koi la tsi")
    await expect(student.words).to_be_empty()


async def test_an_example_can_be_pressed_instead_of_writing(site: Site, student: Student) -> None:
    await student.press("Comment avoir une bourse ?")
    assert (await site.answer(ANSWER)).text == "Comment avoir une bourse ?"
    await expect(student.page.locator("#hello")).to_be_hidden()


async def test_a_pressed_button_says_its_title_and_sends_what_it_carries(site: Site, student: Student) -> None:
    await student.say("c koi la tsi")
    await site.answer(ANSWER)
    await student.press("Pas vraiment")
    item = await site.answer(Reply(text="Dis-m'en plus."))
    assert (item.kind, item.payload) == ("button", "unhelpful:cpge-tsi")
    await student.sees("text", "Dis-m'en plus.")
    assert (await student.said())[2:] == ["Toi : Pas vraiment", "Dis-m'en plus."]
    await expect(student.message("answer").get_by_role("button", pressed=True)).to_have_text(["Pas vraiment"])


async def test_dots_show_that_an_answer_is_being_written(site: Site, student: Student) -> None:
    await expect(student.typing).to_be_hidden()
    await student.say("c koi la tsi")
    item = await site.question()
    await student.sees("welcome", "Passerelle")
    await expect(student.typing).to_be_visible()
    await site.bot.finish(item.id, "stand-in", [ANSWER])
    await expect(student.typing).to_be_hidden()


async def test_a_tutor_looks_unlike_the_bot_and_is_named(site: Site, student: Student) -> None:
    await student.say("je veux changer de filière")
    item = await site.answer(ANSWER)
    asked = await site.bot.request_tutor(item.conversation_id, "je veux changer de filière")
    assert asked.escalation_id is not None
    async with site.tutor("Camille") as tutor:
        await tutor.claim(asked.escalation_id)
        await tutor.write_to_student(asked.escalation_id, MARKUP)
        await student.sees("tutor", "gras")
        await expect(student.message("tutor").locator(".author")).to_have_text("CCamilletutorat")
        await student.say("merci Camille")
        await expect(student.typing).to_be_hidden()
        lines = (await tutor.escalation(asked.escalation_id)).transcript
    assert [line.text for line in lines][-1] == "merci Camille"
    grounds = [
        await student.message(kind).locator(".bubble").evaluate("it => getComputedStyle(it).backgroundColor")
        for kind in ("answer", "tutor", "student")
    ]
    assert len(set(grounds)) == 3
    await _is_text(student, "tutor")


async def test_what_anybody_writes_is_shown_as_text(site: Site, student: Student) -> None:
    await student.say(MARKUP)
    told = {"title": MARKUP, "text": MARKUP, "warning": MARKUP}
    button = [[Button(title="<i>oui</i>", payload="tutor")]]
    source = Source(title=MARKUP, url="https://exemple.fr/", checked_on=date(2026, 1, 1))
    await site.answer(ANSWER.model_copy(update={**told, "buttons": button, "sources": [source]}))
    await student.sees("answer", "<i>oui</i>")
    await _is_text(student, "answer")
    await _is_text(student, "student")
    await student.page.reload()
    await student.sees("answer", "<i>oui</i>")
    await _is_text(student, "answer")
    await _is_text(student, "student")


async def _is_text(student: Student, kind: str) -> None:
    message = student.message(kind)
    await expect(message).to_contain_text(MARKUP)
    await expect(message.locator("b, i:not([aria-hidden]), img, script")).to_have_count(0)
    await expect(student.page).to_have_title("Passerelle — ton assistant d'orientation")


async def test_an_address_that_is_no_web_page_never_becomes_a_link(site: Site, student: Student) -> None:
    bad = ["javascript:alert(1)", "data:text/html,x", " https://exemple.fr", "JavaScript:https://exemple.fr/"]
    sources = [Source(title=f"numéro {place}", url=url, checked_on=date(2026, 1, 1)) for place, url in enumerate(bad)]
    await student.say("c koi la tsi")
    await site.answer(ANSWER.model_copy(update={"sources": sources, "text": "Tape javascript:alert(1)"}))
    await student.sees("answer", "numéro 3")
    await expect(student.message("answer").get_by_role("link")).to_have_count(0)


async def test_addresses_numbers_and_commands_in_an_answer_can_be_tapped(site: Site, student: Student) -> None:
    text = (
        "Crous : 0 806 000 278, ou 04 91 16 00 00, ou +33 4.91.16.00.01, ou 0800\u202f235\u202f236. Va voir "
        "https://exemple.fr/a(b)?c=d. Ou tape /tuteur. Pas le 1 800 235 236 000 ni 10 800 235 236, pas 20 000 €, "
        "pas 01 02 03 04 05 06, pas 2026/2027."
    )
    await student.say("bourse")
    await site.answer(Reply(text=text))
    links = student.message("text").get_by_role("link")
    await expect(links).to_have_count(5)
    assert await links.evaluate_all("them => them.map(one => one.getAttribute('href'))") == [
        "tel:0806000278",
        "tel:0491160000",
        "tel:+33491160001",
        "tel:0800235236",
        "https://exemple.fr/a(b)?c=d",
    ]
    await student.press("/tuteur")
    item = await site.answer(Reply(text="D'accord."))
    assert (item.kind, item.text) == ("command", "tuteur")


async def test_danger_shows_a_card_with_numbers_to_tap(site: Site, student: Student) -> None:
    await student.say("je veux mourir")
    card = student.message("safety")
    await expect(card.get_by_role("alert")).to_contain_text("Tu n'es pas seul")
    await expect(card.get_by_role("link", name="3114", exact=True)).to_have_attribute("href", "tel:3114")
    border = await card.locator(".bubble").evaluate("it => getComputedStyle(it).borderTopWidth")
    assert border == "2px"
    await expect(student.typing).to_be_hidden()
    first_reply = student.page.locator(".message:not(.student)").first
    await expect(first_reply).to_have_class("message safety")
    await student.sees("notice", "transmis")
    await expect(card.get_by_role("heading")).to_be_in_viewport()


async def test_every_number_of_every_card_can_be_tapped(site: Site, student: Student) -> None:
    cards = [match.card for match in site.lexicon.matches]
    await student.say("bonjour")
    await site.answer(*(Reply(kind=ReplyKind.SAFETY, title=card.title, text=card.text) for card in cards))
    bubbles = student.page.locator(".message.safety .bubble")
    await expect(bubbles).to_have_count(len(cards))
    for bubble in await bubbles.all():
        links = bubble.locator("a[href^='tel:'], a[href^='sms:']")
        tapped = await links.all_inner_texts()
        assert tapped
        rest = await bubble.evaluate(
            "it => { const copy = it.cloneNode(true); copy.querySelectorAll('a').forEach(a => a.remove());"
            " return copy.textContent }"
        )
        assert not re.search(r"\d{2,}", re.sub(r"24 h/24|7 j/7|\d+ h\b|(?:\d+-)?\d+ ans", "", rest)), rest


async def test_a_page_opened_again_shows_what_was_said(site: Site, student: Student) -> None:
    await student.say("c koi la tsi")
    await site.answer(ANSWER)
    await student.press("Ça m'aide")
    await site.answer(Reply(text="Super !"))
    await student.sees("text", "Super !")
    before = await student.said()
    await student.page.reload()
    await student.sees("text", "Super !")
    assert await student.said() == before
    await expect(student.message("answer").get_by_role("button")).to_have_count(3)


async def test_two_tabs_show_one_conversation(site: Site, student: Student, visit: Opener) -> None:
    other = await visit(beside=student)
    await other.page.locator("#hello").wait_for()
    await student.say("c koi la tsi")
    await site.answer(ANSWER)
    for tab in (student, other):
        await tab.sees("answer", ANSWER.text)
    await other.say("et après ?")
    await site.answer(Reply(text="Une école."))
    for tab in (student, other):
        await tab.sees("text", "Une école.")
        assert await tab.said() == ["Toi : c koi la tsi", ANSWER.text, "Toi : et après ?", "Une école."]


async def test_who_erases_everything_begins_anew_in_every_tab(site: Site, student: Student, visit: Opener) -> None:
    other = await visit(beside=student)
    await student.say("mon secret")
    await site.answer(ANSWER)
    await other.sees("answer", "La prépa TSI")
    await student.page.get_by_role("button", name="Menu").click()
    await student.press("Tout effacer")
    item = await site.question()
    assert (item.kind, item.text) == ("command", "supprimer")
    await site.bot.erase(item.conversation_id)
    for tab in (student, other):
        await tab.sees("notice", "C'est fait : tout ce qui te concerne est effacé.")
        await expect(tab.page.get_by_text("mon secret")).to_have_count(0)
    for tab in (student, other):
        await tab.say("rebonjour")
        await site.answer(Reply(text="Bonjour !"))
        await tab.sees("text", "Bonjour !")


async def test_a_message_ends_at_the_limit_and_the_page_says_so(site: Site, student: Student) -> None:
    note = student.page.get_by_text("longueur maximale")
    await student.words.fill("a" * 4095)
    await expect(note).to_have_count(0)
    await student.words.press("b")
    await student.words.press("c")
    await expect(note).to_be_visible()
    await student.page.get_by_role("button", name="Envoyer").click()
    item = await site.answer(Reply(text="C'est long !"))
    assert item.text == "a" * 4095 + "b"
    await student.sees("text", "C'est long !")
    await expect(note).to_have_count(0)


async def test_an_empty_message_is_not_sent(student: Student) -> None:
    await student.say("  \n ")
    await expect(student.page.locator(".message")).to_have_count(0)
    assert not [url for url in student.requests if url.endswith("/chat/messages")]
