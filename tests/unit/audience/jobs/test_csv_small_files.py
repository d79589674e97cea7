"""A file of one or two names is read in the code page of its country, or says that its charset is a guess."""

import io

import pytest

from aerogram.audience.jobs.csv_charset import survey
from aerogram.audience.jobs.text_lines import codec_of, lines_of

NAMES = [
    ("windows-1250", "Jiří Čech"),
    ("windows-1250", "Szőke Erzsébet"),
    ("windows-1250", "Đorđe Žižek"),
    ("windows-1250", "Ştefan Ţepeş"),
    ("windows-1250", "Łukasz Żak"),
    ("windows-1250", "Ľubomír Šťastný"),
    ("windows-1254", "Iş\u0131k Gül"),
    ("windows-1254", "Ayşe Y\u0131ld\u0131z"),
    ("windows-1257", "Žemaitė Šiauliai"),
    ("windows-1257", "Jānis Bērziņš"),
    ("windows-1251", "Пётр Сёмин"),
    ("windows-1251", "ЁЖИКОВ АРТЁМ"),
    ("windows-1251", "Иван"),
    ("KOI8-R", "Иван Петров"),
    ("windows-1253", "ΓΙΏΡΓΟΣ"),
    ("windows-1253", "Γιώργος Παπαδόπουλος"),
    ("GB18030", "王芳"),
    ("GB18030", "李雷"),
    ("GB18030", "张隆\r\nb@example.net,王伟"),
    ("EUC-KR", "김카타"),
    ("EUC-KR", "이영희"),
    ("Big5", "陳美玲"),
    ("Shift_JIS", "山田太郎"),
    ("Shift_JIS", "さくら"),
    ("ISO-8859-15", "Œuvre 10 € cœur"),
    ("IBM850", "Zoë Müller;Köln"),
    ("windows-874", "สมชาย ใจดี"),
    ("windows-874", "สมชาย\r\nสมหญิง\r\nประเสริฐ\r\nวิชัย\r\nมาลี\r\nสุดา"),
    ("windows-1255", "דוד כהן"),
    ("windows-1256", "محمد علي"),
    ("windows-1252", "Zoë;Köln"),
    ("windows-1252", "Hélène Lefèvre"),
    ("windows-1252", "François"),
    ("windows-1252", "Søren Ærø;Århus"),
    ("windows-1252", "Þórður"),
    ("windows-1252", "João Conceição"),
    ("windows-1252", "Camões Simões"),
    ("windows-1252", "José Ibáñez"),
    ("windows-1252", "100 € only…"),
    ("windows-1252", "L\u2019Œuvre;Évry"),
]


@pytest.mark.parametrize(("charset", "name"), NAMES)
def test_a_name_alone_tells_the_code_page(charset, name):
    text = f"email;name\r\na@example.net;{name}\r\n"
    data = text.encode(codec_of(charset))
    found = survey(io.BytesIO(data))
    lines = lines_of(io.BytesIO(data), found.start, found.charset)
    assert "".join(line.text for line in lines) == text


def test_of_one_line_in_each_charset_the_one_in_utf8_is_refused():
    data = "email;name\r\na@example.net;Zoë\r\nb@example.net;CafÃ©\r\n".encode("cp1252")
    found = survey(io.BytesIO(data))
    lines = list(lines_of(io.BytesIO(data), found.start, found.charset))
    assert found.charset == "windows-1252"
    assert [bool(line.error) for line in lines] == [False, False, True]


@pytest.mark.parametrize("name", ["เขต", "เกษ"])
def test_a_line_that_is_utf8_by_chance_is_read_in_a_file_of_thailand(name):
    text = f"email;name\r\na@example.net;สมชาย ใจดี\r\nb@example.net;{name}\r\n"
    data = text.encode("cp874")
    found = survey(io.BytesIO(data))
    assert "".join(line.text for line in lines_of(io.BytesIO(data), found.start, found.charset)) == text


def test_lines_that_end_with_cr_alone_are_of_a_mac():
    data = "email;name;city\ra@example.net;Zoë Müller;Köln\r".encode("mac-roman")
    assert survey(io.BytesIO(data)).charset == "macintosh"


@pytest.mark.parametrize(
    ("country", "charset"),
    [("cz", "windows-1250"), ("tr", "windows-1254"), ("lt", "windows-1257"), ("de", "windows-1252")],
)
def test_the_countries_of_the_addresses_decide_where_letters_leave_a_doubt(country, charset):
    found = survey(io.BytesIO(f"email;name\r\na@example.{country};".encode() + b"\xfcl\r\n"))
    assert (found.charset, found.is_guess) == (charset, False)


def test_a_charset_that_letters_leave_open_is_called_a_guess():
    assert survey(io.BytesIO("email;name\r\na@example.net;Jiří\r\n".encode("cp1250"))).is_guess
    assert not survey(io.BytesIO("email;name\r\na@example.net;Zoë;Köln\r\n".encode("cp1252"))).is_guess
    assert not survey(io.BytesIO("email;name\r\na@example.net;Jiří\r\n".encode())).is_guess
