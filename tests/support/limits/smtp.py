"""Probes over SMTP."""

import socket

from support.limits.callers import HEAD, SENDER, Session


def _said(line_of):
    """A probe that says one line in a new session."""

    def probe(server, number):
        with Session(server) as session:
            return session.say(line_of(number))

    return probe


def _said_in_transaction(line_of):
    """A probe that says one line after MAIL."""

    def probe(server, number):
        with Session(server) as session:
            session.say(f"MAIL FROM:<{SENDER}>")
            return session.say(line_of(number))

    return probe


def _in_header(head_of):
    """A probe that sends a mail with some header."""

    def probe(server, number):
        with Session(server) as session:
            return session.mail(head_of(number))

    return probe


def auth_line(server, number):
    with (
        socket.create_connection(("127.0.0.1", server.smtp_port), timeout=60) as raw,
        raw.makefile("rb") as lines,
    ):
        lines.readline()
        raw.sendall(b"EHLO x\r\n")
        while lines.readline()[3:4] == b"-":
            pass
        raw.sendall(b"AUTH PLAIN\r\n")
        lines.readline()
        raw.sendall(b"A" * (number - 2) + b"\r\n")
        return lines.readline().decode().strip()


def message(server, number):
    with Session(server) as session:
        head = f"{HEAD}\r\n"
        session.begin()
        session.say("DATA")
        body = ("x" * 76 + "\r\n") * (number // 78)
        rest = number - len(head) - len(body)
        while rest < 2:
            body, rest = body[:-78], rest + 78
        session.send(f"{head}{body}{'y' * (rest - 2)}\r\n.\r\n".encode())
        return session.hear()


def recipients(server, number):
    with Session(server) as session:
        session.say(f"MAIL FROM:<{SENDER}>")
        session.send(b"".join(b"RCPT TO:<r%d@example.net>\r\n" % each for each in range(number)))
        return [session.hear() for _ in range(number)][-1]


def errors(server, number):
    with Session(server) as session:
        for _ in range(number - 1):
            assert session.say("WHAT").startswith("502")
        said = session.say("WHAT")
        return session.hear() if said.startswith("502") and number > 20 else said


def idle_commands(server, number):
    with Session(server) as session:
        for _ in range(number):
            said = session.say("NOOP")
        if number <= 100:
            return said
        for _ in range(20):
            if said.startswith("421"):
                break
            said = session.say("NOOP")
        return said


def head(server, number):
    with Session(server) as session:
        lines = "".join(f"X-{each}: {'x' * 900}\r\n" for each in range(2_000))
        space = number - len(HEAD)
        filler = lines[: lines[:space].rindex("\r\n") + 2]
        rest = space - len(filler)
        if rest < 7:
            filler = filler[: filler[:-2].rindex("\r\n") + 2]
            rest = space - len(filler)
        return session.mail(f"{filler}Y: {'y' * (rest - 5)}\r\n")


def _field_of(number):
    """A folded field of so many bytes, without the CRLF at its end."""
    field = "X-Folded: " + "x" * 60 + ("\r\n " + "x" * 60) * (number // 63)
    field = field[: number - 20]
    field = field[: field.rindex("x") + 1]
    return field + "\r\n " + "y" * (number - len(field) - 3) + "\r\n"


PROBES = {
    "header-field": _in_header(_field_of),
    "smtp-command-line": _said(lambda number: "NOOP " + "x" * (number - 7)),
    "smtp-auth-line": auth_line,
    "smtp-path": _said(
        lambda number: f"MAIL FROM:<{'a' * 60}@{'.'.join(['b' * 60] * 3)}.{'c' * (number - 246)}>"
    ),
    "smtp-message": message,
    "smtp-recipients": recipients,
    "smtp-errors": errors,
    "smtp-commands-without-message": idle_commands,
    "smtp-envid": _said(lambda number: f"MAIL FROM:<{SENDER}> ENVID={'x' * number}"),
    "smtp-orcpt": _said_in_transaction(
        lambda number: f"RCPT TO:<bob@example.net> ORCPT=rfc822;{'x' * (number - 7)}"
    ),
    "smtp-names": _in_header(lambda number: f"X-MJ-MonitoringCategory: {'x' * number}\r\n"),
    "smtp-auth-parameter": _said(lambda number: f"MAIL FROM:<{SENDER}> AUTH={'x' * number}"),
    "smtp-hops": _in_header(
        lambda number: "Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\n" * number
    ),
    "mail-head": head,
    "smtp-campaign": _in_header(lambda number: f"X-Mailjet-Campaign: {'x' * number}\r\n"),
    "smtp-tags": _in_header(lambda number: "X-MailPace-Tags: " + ",\r\n ".join(["t"] * number) + "\r\n"),
    "smtp-variables": _in_header(
        lambda number: "X-MJ-Vars: {" + ",\r\n ".join(f'"v{each}":1' for each in range(number)) + "}\r\n"
    ),
    "smtp-variables-depth": _in_header(
        lambda number: 'X-MJ-Vars: {"v":' + "[" * (number - 1) + "]" * (number - 1) + "}\r\n"
    ),
}
