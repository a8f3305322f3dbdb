"""E-mail preferences: what the caller wants to hear of a company. Everybody sets their own."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, StrictBool

from admin_api.access import READERS, At, Who, open_to
from admin_api.answers import Shown, answer
from admin_api.reading import IfMatch, revision
from ledgerlink.flows.notices import subscriptions as flow
from ledgerlink.kinds import Value
from ledgerlink.rules.subscriptions import TOPICS
from ledgerlink.state.subscription import Topic

from .companies import COMPANY

routes = Router()


class SubscriptionsIn(Value):
    topics: Annotated[
        dict[Topic, StrictBool | None],
        Field(description="What is left out or null is as it is for whoever said nothing"),
    ]


class TopicOut(Shown):
    on: bool
    default: bool
    title: str
    description: str


class SubscriptionsOut(Shown):
    email: str = Field(description="Where they go: the caller's address; blank where the token has none")
    topics: dict[Topic, TopicOut]


@routes.get(f"{COMPANY}/subscriptions", tags=["subscriptions"], **open_to(*READERS))
def get_subscriptions(at: At, who: Who) -> Response[SubscriptionsOut]:
    """What the caller hears by e-mail."""
    choices, version = flow.show(at, who.email)
    topics = {
        each.topic: TopicOut(
            on=each.on,
            default=each.default,
            title=TOPICS[each.topic].title,
            description=TOPICS[each.topic].description,
        )
        for each in choices
    }
    return answer(SubscriptionsOut(email=who.email, topics=topics), revision=version)


@routes.put(f"{COMPANY}/subscriptions", tags=["subscriptions"], **open_to(*READERS))
def put_subscriptions(at: At, who: Who, body: SubscriptionsIn, if_match: IfMatch = None) -> Response[SubscriptionsOut]:
    """Say what the caller wants to hear; it counts from now on."""
    flow.put(at, who.email, who.sub, body.topics, if_match=revision(if_match))
    return get_subscriptions(at, who)
