"""How a mail's HTML is prepared for its frame, and under which policy."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.doors.web import frame
from aerogram.doors.web.frame import framed, wants_remote
from aerogram.doors.web.headers import attachment_headers, frame_policy
from aerogram.wire.mime.reading.read import File

LOGO = File(name="logo.png", content_type="image/png", content=b"PNG", content_id="logo@shop")
LOGO_URL = "data:image/png;base64,UE5H"


@pytest.mark.parametrize(
    "name", ["script", "LINK", "Meta", "base", "iframe", "object", "embed", "form", "frame"]
)
def test_elements_that_act_lose_their_name(name):
    html = framed(f"<p><{name} x=y>z</{name}>", [])
    assert f"<x-{name} x=y>z</x-{name}>" in html


@pytest.mark.parametrize(
    "kept", ["<b>x</b>", "<baseline>", "<p style='color:red'>", "<!--[if mso]>x<![endif]-->", "a < b"]
)
def test_everything_else_stays_as_written(kept):
    assert kept in framed(kept, [])


def test_the_document_type_stays_first():
    assert framed("\n<!DOCTYPE html><p>", []).startswith("\n<!DOCTYPE html><base target")
    assert framed("<p>", []).startswith("<base target")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<img src="cid:logo@shop">', f'<img src="{LOGO_URL}">'),
        ("<img src='CID:logo@shop'>", f"<img src='{LOGO_URL}'>"),
        ("<img src=cid:logo@shop>", f"<img src={LOGO_URL}>"),
        ('<img src="cid:logo%40shop">', f'<img src="{LOGO_URL}">'),
        ("<td style=\"background:url('cid:logo@shop')\">", f"<td style=\"background:url('{LOGO_URL}')\">"),
        ("<td style='background:url(cid:logo@shop)'>", f"<td style='background:url({LOGO_URL})'>"),
        ('<img src="cid:other">', '<img src="cid:other">'),
        ("the text cid:logo@shop", "the text cid:logo@shop"),
    ],
)
def test_images_of_the_mail_are_written_into_it(before, after):
    assert framed(before, [LOGO]).endswith(after)


def test_only_images_are_written_into_it():
    page = File(name="a.html", content_type="text/html", content=b"<script>", content_id="page")
    assert framed('<img src="cid:page">', [page]).endswith('<img src="cid:page">')


def test_the_same_image_again_and_again_is_bounded(monkeypatch):
    monkeypatch.setattr(frame, "MAX_INLINED", 2 * len(LOGO_URL))
    html = framed('<img src="cid:logo@shop">' * 5, [LOGO])
    assert html.count(LOGO_URL) == 2
    assert html.count("cid:") == 3


@pytest.mark.parametrize(
    ("html", "is_remote"),
    [
        ('<img src="https://x.example/a.png">', True),
        ("<img src=//x.example/a.png>", True),
        ("<td background='http://x.example/a.png'>", True),
        ("<p style='background:url( \"https://x.example/a.png\")'>", True),
        ('<img srcset="https://x.example/a.png 2x">', True),
        ('<a href="https://x.example">', False),
        ('<img src="cid:a">', False),
        ('<img src="data:image/png;base64,UE5H">', False),
    ],
)
def test_remote_pictures_are_noticed(html, is_remote):
    assert wants_remote(html) is is_remote


def test_the_frame_has_an_origin_of_its_own_and_runs_nothing():
    policy = frame_policy(with_images=False)
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "img-src data:;" in policy
    assert policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")


def test_with_images_only_images_come_from_the_network():
    assert frame_policy(with_images=True) == frame_policy(with_images=False).replace(
        "img-src data:", "img-src data: http: https:"
    )


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "x/y\r\nA: b", ""]
)
def test_files_that_a_browser_might_run_are_told_to_be_plain_bytes(kind):
    headers = attachment_headers("a", kind)
    assert headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in headers["Content-Security-Policy"]


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_name_of_a_file_breaks_out_of_its_header(name):
    disposition = attachment_headers(name, "text/plain")["Content-Disposition"]
    assert disposition.isascii()
    assert disposition.isprintable()
    assert disposition.count('"') == 2
    assert disposition.startswith('attachment; filename="')


def test_names_beyond_ascii_are_told_in_full():
    assert attachment_headers("café.pdf", "application/pdf")["Content-Disposition"] == (
        "attachment; filename=\"caf_.pdf\"; filename*=UTF-8''caf%C3%A9.pdf"
    )


@pytest.mark.parametrize(
    "piece", ["<", "<script ", "=" + " " * 40, "url(" + " " * 40, "&quot;", "src=", "cid:", '="cid:logo@shop']
)
def test_a_megabyte_of_malice_is_prepared_within_a_second(piece):
    html = piece * (1_000_000 // len(piece))
    began = time.process_time()
    framed(html, [LOGO])
    wants_remote(html)
    wants_remote("url(" + " " * 1_000_000)
    assert time.process_time() - began < 1
