"""The naive way: FastAPI with a pydantic body, and an ORM session with its own commit for every request."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, MetaData, func
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The tables."""

    metadata = MetaData(schema="naive")


class Inbox(Base):
    """A webhook-id that was seen."""

    __tablename__ = "inbox"
    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Outbox(Base):
    """An event to be published."""

    __tablename__ = "outbox"
    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    topic: Mapped[str]
    key: Mapped[str]
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class Contact(BaseModel):
    """Who complains."""

    handle: str
    name: str | None = None
    email: str | None = None


class Complaint(BaseModel):
    """What is posted."""

    text: str
    contact: Contact
    order_reference: str | None = None
    metadata: dict[str, str] = {}


engine = create_async_engine(os.environ["NAIVE_DATABASE_URL"])
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    """Give the request a session."""
    async with sessions() as opened:
        yield opened


@app.post("/complaints", status_code=202)
async def take(
    complaint: Complaint,
    webhook_id: Annotated[str, Header()],
    database: Annotated[AsyncSession, Depends(session)],
) -> dict[str, str]:
    """Store the complaint and commit."""
    database.add(Inbox(webhook_id=webhook_id))
    event = Outbox(topic="complaints", key=complaint.contact.handle, body=complaint.model_dump())
    database.add(event)
    await database.commit()
    return {"event_id": str(event.event_id)}
