"""The people who answer, and the tokens that let them in."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import Conflict, InvalidRequest, NotFound
from api.store.models import Tutor

_EMAIL = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;.]+(\.[^@\s<>\"',;.]+)+")
_NAME_LIMIT = 80


async def add(
    session: AsyncSession, email: str, name: str, *, coordinator: bool = False, now: datetime
) -> tuple[Tutor, str]:
    """A new tutor and their token, which is kept nowhere. InvalidRequest, or Conflict if the e-mail is known."""
    address, shown = _valid_email(email), _valid_name(name)
    if await _find(session, address) is not None:
        raise Conflict(f"{address} existe déjà : « renew » lui donne un nouveau jeton.")
    token = _new_token()
    tutor = Tutor(
        email=address,
        name=shown,
        coordinator=coordinator,
        token_hash=_hashed(token),
        active=True,
        created_at=now,
    )
    session.add(tutor)
    await session.flush()
    return tutor, token


async def renew(session: AsyncSession, email: str) -> tuple[Tutor, str]:
    """A new token in place of the old one; brings a revoked tutor back. NotFound."""
    tutor = await _known(session, email)
    token = _new_token()
    tutor.token_hash = _hashed(token)
    tutor.active = True
    await session.flush()
    return tutor, token


async def revoke(session: AsyncSession, email: str) -> Tutor:
    """Shut the tutor out at once. NotFound."""
    tutor = await _known(session, email)
    tutor.active = False
    await session.flush()
    return tutor


async def listing(session: AsyncSession) -> Sequence[Tutor]:
    """Everybody, by name."""
    return (await session.scalars(select(Tutor).order_by(Tutor.name, Tutor.id))).all()


async def by_token(session: AsyncSession, token: str) -> Tutor | None:
    """The active tutor whose token this is. Only hashes are compared, so timing tells nothing about a token."""
    found: Tutor | None = await session.scalar(select(Tutor).where(Tutor.token_hash == _hashed(token), Tutor.active))
    return found


async def _find(session: AsyncSession, address: str) -> Tutor | None:
    found: Tutor | None = await session.scalar(select(Tutor).where(Tutor.email == address))
    return found


async def _known(session: AsyncSession, email: str) -> Tutor:
    tutor = await _find(session, email.strip().lower())
    if tutor is None:
        raise NotFound(f"Personne n'a l'adresse {email}.")
    return tutor


def _valid_email(email: str) -> str:
    address = email.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise InvalidRequest(f"« {email} » n'est pas une adresse e-mail.")
    return address


def _valid_name(name: str) -> str:
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= _NAME_LIMIT or not shown.isprintable():
        raise InvalidRequest(f"Le nom doit avoir de 1 à {_NAME_LIMIT} caractères : les élèves le voient.")
    return shown


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
