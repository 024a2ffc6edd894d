"""Catalogues: complete, in step with the code, and found by server and browser alike."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import polib
import pytest
from jinja2 import Environment, nodes
from quart import Quart

from server.api.http.context import KEY, Services
from server.api.http.language import COOKIE, preferred
from server.api.http.log_words import ACTIONS, device_words, entry_words
from server.app import create_app
from server.config import Settings
from server.i18n.catalogue import FILE, LOCALE, Catalogue, CatalogueError, load_catalogues
from server.i18n.message import Messages
from server.process.serve import prepare
from server.storage.accounts.audit import Action
from tests.support.engine import ScriptedEngine
from tools.calls import NotLiteralError, calls
from tools.words import ROOT, begin, problems

CATALOGUES = sorted(LOCALE.glob(f"*/{FILE.as_posix()}"))
PEER: dict[str, Any] = {"scope_base": {"client": ("127.0.0.1", 1)}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A server's settings and its database, made once: no test here changes anything in it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("words"), port=0, bcrypt_cost=4, log_level="warning")
    prepare(settings)
    return settings


@pytest.fixture
async def app(home: Settings, engine: ScriptedEngine) -> AsyncIterator[Quart]:
    """The application, asked without sockets and not serving."""
    app = create_app(home, engine).quart
    yield app
    services: Services = app.extensions[KEY]
    services.passwords.close()
    await services.database.close()


def test_german_and_spanish_are_there() -> None:
    assert {path.parent.parent.name for path in CATALOGUES} >= {"de", "es"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_catalogue_is_complete(path: Path) -> None:
    """After a change of texts: `.venv/bin/python tools/words.py`, then translate what it lists."""
    assert problems(path) == []


def test_a_check_finds_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.words.LOCALE", tmp_path)
    path = begin("pl", "Polski")
    entries = polib.pofile(str(path))
    assert "nplurals=3" in entries.metadata["Plural-Forms"]
    assert all(len(entry.msgstr_plural) == 3 for entry in entries if entry.msgid_plural)
    for entry in entries:
        if entry.msgid_plural:
            entry.msgstr_plural = dict.fromkeys(range(3), entry.msgid_plural)
        else:
            entry.msgstr = entry.msgid
    with_place = next(entry for entry in entries if "{" in entry.msgid and not entry.msgid_plural)
    with_place.msgstr = "nic"
    entries[0].msgstr = ""
    entries.append(polib.POEntry(msgid="Long gone", msgstr="x"))
    entries.save()
    said = "\n".join(problems(path))
    assert "no longer used: 'Long gone'" in said
    assert f"not translated: {entries[0].msgid!r}" in said
    assert f"placeholders differ from English: {with_place.msgid!r}" in said
    assert len(said.splitlines()) == 3


def test_templates_translate_literals_only() -> None:
    """A text that is only known while the page is made would not be collected, and would be taken for HTML."""
    for path in sorted((ROOT / "server" / "templates").glob("*.html")):
        environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext"):
                assert isinstance(call.args[0], nodes.Const), f"{path.name}:{call.lineno}"


def test_texts_of_scripts_are_found_wherever_they_stand(tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text(
        'const a = `${error.message} ${t("It is sent again.")}`;\n'
        'const b = t("Not done: {why}", { why: failed ? t("this is \\"no\\" file.") : why });\n'
        'const c = tn(\n  "{n} corner.",\n  "{n} corners.",\n  count,\n);\n'
        '// not(t) and set("Nothing"), at(n), never t(text)\n'
    )
    assert list(calls(script)) == [
        ("It is sent again.", ""),
        ("Not done: {why}", ""),
        ('this is "no" file.', ""),
        ("{n} corner.", "{n} corners."),
    ]


@pytest.mark.parametrize("call", ["t(text)", "t('Single')", 't("In " + parts)', 'tn("{n} zone", many, n)', "t(`A`)"])
def test_scripts_translate_literals_only(tmp_path: Path, call: str) -> None:
    script = tmp_path / "script.js"
    script.write_text(f"const a = {call};\n")
    with pytest.raises(NotLiteralError, match=r"script\.js:1"):
        list(calls(script))


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ([], "en"),
        ([("de-CH", 1), ("de", 0.9), ("en", 0.8)], "de"),
        ([("en-GB", 1), ("de", 0.5)], "en"),
        ([("fr", 1), ("es-419", 0.7), ("en", 0.5)], "es"),
        ([("de", 0), ("fr", 1)], "en"),
        ([("*", 1)], "en"),
    ],
)
def test_the_first_language_that_is_there(accepted: list[tuple[str, float]], expected: str) -> None:
    assert preferred(accepted, ["en", "de", "es"]) == expected


def test_every_action_of_the_log_has_words() -> None:
    assert ACTIONS.keys() >= set(Action)


async def test_a_page_speaks_the_browsers_language_until_one_is_chosen(app: Quart) -> None:
    client = app.test_client()
    accept = {"Accept-Language": "es-MX,es;q=0.9"}
    page = await client.get("/login", headers=accept, **PEER)
    assert '<html lang="es" dir="ltr"' in await page.get_data(as_text=True)
    assert page.headers["Content-Language"] == "es"
    from_there = accept | {"Referer": "http://localhost/login?next=/cameras"}
    chosen = await client.post("/language", form={"language": "de"}, headers=from_there, **PEER)
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/login?next=/cameras")
    assert "HttpOnly" in chosen.headers["Set-Cookie"]
    page = await client.get("/login", headers=accept, **PEER)
    text = await page.get_data(as_text=True)
    assert '<html lang="de" dir="ltr"' in text
    assert app.extensions["crowdcount_words"]["de"].script_name in text


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("", "/"),
        ("http://localhost/history?camera=cam_1", "/history?camera=cam_1"),
        ("http://localhost/profile/password", "/"),  # takes forms only
        ("http://localhost//evil.example/login", "/"),
        ("http://localhost/nowhere", "/"),
        ("http://[::1", "/"),
    ],
)
async def test_a_choice_of_language_leads_back_and_nowhere_else(app: Quart, referrer: str, expected: str) -> None:
    headers = {"Origin": "http://localhost", "Referer": referrer}
    answer = await app.test_client().post("/language", form={"language": "es"}, headers=headers, **PEER)
    assert answer.headers["Location"] == expected


async def test_another_site_chooses_no_language(app: Quart) -> None:
    headers = {"Referer": "https://evil.example/login"}
    answer = await app.test_client().post("/language", form={"language": "es"}, headers=headers, **PEER)
    assert answer.status_code == 403


async def test_pages_translate_what_the_api_says_in_english(app: Quart) -> None:
    client = app.test_client()
    headers = {"Accept-Language": "de"}
    guess = {"login": "nobody", "password": "wrong password"}
    page = await client.post("/login", form=guess, headers=headers, **PEER)
    text = await page.get_data(as_text=True)
    assert "Name oder Passwort ist falsch." in text
    assert "is wrong" not in text
    answer = await client.post("/api/session", json=guess, headers=headers, **PEER)
    assert (await answer.get_json())["error"]["message"] == "The name or the password is wrong."


def test_several_sentences_are_translated_one_by_one() -> None:
    german = load_catalogues()["de"]
    said = "Too many attempts to sign in. Try again in 40 seconds."
    assert german.tell(said) == "Zu viele Versuche, sich anzumelden. In 40 Sekunden nochmals versuchen."


async def test_an_unknown_language_is_refused(app: Quart) -> None:
    answer = await app.test_client().post("/language", form={"language": "tlh"}, **PEER)
    assert answer.status_code == 400
    assert COOKIE not in answer.headers.get("Set-Cookie", "")


async def test_the_browser_gets_the_words_cached_for_good(app: Quart) -> None:
    german: Catalogue = app.extensions["crowdcount_words"]["de"]
    answer = await app.test_client().get(f"/assets/{german.script_name}", headers={"Accept-Encoding": "gzip"}, **PEER)
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(await answer.get_data()) < 40_000


def catalogue(code: str, header: str = "nplurals=2; plural=(n != 1);", **texts: str) -> Catalogue:
    """A catalogue of sentences of the server."""
    entries = polib.POFile()
    entries.metadata = {"Plural-Forms": header, "Content-Type": "text/plain; charset=utf-8"}
    entries.extend(polib.POEntry(msgid=one, msgstr=other, occurrences=[("a.py", "")]) for one, other in texts.items())
    return Catalogue(code, entries)


def test_a_sentence_with_values_is_translated_with_them() -> None:
    messages = Messages(
        {
            "No more than {n} cameras.": "Höchstens {n} Kameras.",
            "No more than {n} {what}.": "Höchstens {n} {what} (?)",
            "Name it.": "Benennen.",
        }
    )
    assert messages.translate("No more than 4 cameras.") == "Höchstens 4 Kameras."
    assert messages.translate("No more than 4 dogs.") == "Höchstens 4 dogs (?)"
    assert messages.translate("Name it.") == "Benennen."
    assert messages.translate("Anything else {n}.") == "Anything else {n}."


@pytest.mark.parametrize("code", ["ar", "he", "fa-IR", "ur"])
def test_some_languages_run_from_right_to_left(code: str) -> None:
    assert catalogue(code).direction == "rtl"


def test_every_sentence_can_be_looked_for() -> None:
    """Two places of one name in a sentence could not be told apart."""
    for one in load_catalogues().values():
        assert one.tell("Nothing of ours says this") == "Nothing of ours says this"


def test_a_rule_for_plurals_is_never_more_than_a_rule() -> None:
    with pytest.raises(CatalogueError, match="Plural-Forms"):
        catalogue("xx", "nplurals=2; plural=alert(n);")


async def test_the_log_names_in_the_readers_language_what_is_ours_and_leaves_what_was_typed(app: Quart) -> None:
    async with app.test_request_context("/profile/log", headers={"Accept-Language": "de"}):
        assert entry_words("2 zones, 1 lines", "detail", "plan_changed") == "Zonen: 2, Linien: 1"
        assert entry_words("viewer, 24 h, 5 uses", "detail", "invite_added") == "Zuschauer, 24 h, 5 Mal"
        assert entry_words("Camera", "target", "camera_added") == "Camera"
        assert entry_words("Safari on Mac", "target", "session_ended") == "Safari auf Mac"
        assert entry_words("administrator", "target", "role_changed") == "Verwaltung"
        assert entry_words("steps, camera_ids", "detail", "channel_changed") == "was gemeldet wird, Kameras"
        assert entry_words("state", "detail", "status_page_opened") == "zeigt, wie voll es ist"
        assert entry_words("deleted account, viewer", "detail", "member_changed") == "gelöschtes Konto, Zuschauer"
        assert entry_words("operator, viewer", "detail", "member_changed") == "operator, Zuschauer", "a user's name"
        assert device_words("Firefox on Android") == "Firefox auf Android"
        assert device_words("robot on wheels") == "robot on wheels"
