"""Labels and what bears them, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError, TakenError, TooManyError
from aerogram.content import labels as module
from aerogram.content.labels import IMAGES, TEMPLATES, Labels, UnknownLabelError
from aerogram.content.templates.templates import Templates
from aerogram.model.page import PageRequest
from support.actors import acting

ANN, BOB = 1, 2


@pytest.fixture
def labels(database, ids):
    return Labels(database, ids)


@pytest.fixture
def templates(database, ids, clock):
    return Templates(database, ids, clock)


async def made(labels, name, account=ANN, used_for=TEMPLATES):
    return await labels.create(acting(account), {"name": name, "color": "#FFFFFF", "used_for": used_for})


async def test_names_of_an_account_differ(labels):
    sport = await made(labels, "Sport")
    news = await made(labels, "News", used_for=IMAGES)
    await made(labels, "Sport", account=BOB)
    with pytest.raises(TakenError):
        await made(labels, "Sport", used_for=IMAGES)
    with pytest.raises(TakenError):
        await labels.change(acting(news.account_id), news, {"name": "Sport"})
    assert (
        await labels.change(acting(sport.account_id), sport, {"name": "Sport", "color": "#000"})
    ).color == "#000"
    found, total = await labels.page(acting(ANN), PageRequest({}, limit=10, orders=(("name", False),)))
    assert ([label.name for label in found], total) == (["News", "Sport"], 2)


async def test_a_template_bears_labels_of_templates_of_its_account(labels, templates):
    sport = await made(labels, "Sport")
    template = await templates.create(acting(ANN), {"name": "Welcome", "label_ids": (sport.id, sport.id)})
    assert await labels.of_objects(acting(ANN), [template.id]) == {template.id: [sport.id]}
    for wrong in (await made(labels, "Cats", used_for=IMAGES), await made(labels, "Mine", account=BOB)):
        with pytest.raises(UnknownLabelError):
            await templates.change(acting(ANN), template.id, {"label_ids": (wrong.id,)})
        with pytest.raises(UnknownLabelError):
            await templates.create(acting(ANN), {"name": "Other", "label_ids": (wrong.id,)})
    assert await labels.of_objects(acting(ANN), [template.id]) == {template.id: [sport.id]}
    assert await templates.page(acting(ANN), PageRequest({"name": "Other"}, limit=10)) == ([], 0)
    found, _ = await templates.page(acting(ANN), PageRequest({"label_ids": (sport.id, 5)}, limit=10))
    assert [each.id for each in found] == [template.id]


async def test_a_label_that_is_gone_is_borne_by_nothing(labels, templates):
    sport, news = await made(labels, "Sport"), await made(labels, "News")
    template = await templates.create(acting(ANN), {"name": "Welcome", "label_ids": (sport.id, news.id)})
    with pytest.raises(NotFoundError):
        await labels.remove(acting(BOB), sport.id)
    await labels.remove(acting(ANN), sport.id)
    assert await labels.of_objects(acting(ANN), [template.id]) == {template.id: [news.id]}
    with pytest.raises(NotFoundError):
        await labels.change(acting(sport.account_id), sport, {"name": "x"})
    await templates.remove(acting(ANN), template.id)
    assert await labels.of_objects(acting(ANN), [template.id]) == {}


async def test_an_account_has_no_more_labels_than_it_may(labels, monkeypatch):
    monkeypatch.setattr(module, "MAX_LABELS", 1)
    await made(labels, "Sport")
    with pytest.raises(TooManyError, match="may have at most 1 labels"):
        await made(labels, "News")
    await made(labels, "News", account=BOB)
