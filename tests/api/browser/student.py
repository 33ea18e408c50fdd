"""A student with the page open: what they do, and what they see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect


@dataclass
class Student:
    """One tab. What the page complains of, and where it asks for something, is noted."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, context: BrowserContext, address: str) -> Student:
        opened = cls(await context.new_page(), address)
        opened.page.on("console", opened._note)
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        await opened.page.goto(address)
        return opened

    def forgive(self, *parts: str) -> None:
        """Drop the complaints that a test has brought about itself."""
        self.complaints = [line for line in self.complaints if not any(part in line for part in parts)]

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def words(self) -> Locator:
        return self.page.get_by_label("Ton message")

    @property
    def typing(self) -> Locator:
        return self.page.get_by_text("Passerelle écrit…")

    @property
    def state(self) -> Locator:
        return self.page.get_by_role("status").first

    async def say(self, text: str) -> None:
        await self.page.bring_to_front()
        await self.words.fill(text)
        await self.page.get_by_role("button", name="Envoyer").click()

    async def press(self, title: str) -> None:
        await self.page.get_by_role("button", name=title, exact=True).last.click()

    def message(self, kind: str) -> Locator:
        """The last message of that kind (`student`, or a kind of reply)."""
        return self.page.locator(f".message.{kind}").last

    async def sees(self, kind: str, text: str) -> None:
        await expect(self.page.locator(f".message.{kind}").filter(has_text=text).first).to_be_visible()

    async def said(self) -> list[str]:
        """Every message in order, without its buttons, the first-contact line left out."""
        return await self.page.locator(".message:not(.welcome) .bubble > p:not(.sources)").all_text_contents()

    async def measure(self, script: str) -> Any:
        """What a JavaScript expression gives on the page."""
        return await self.page.evaluate(script)
