"""An authoritative name server on loopback, whose zone is a dict."""

from __future__ import annotations

import asyncio
import contextlib

from dnslib import QTYPE, RCODE, RR, DNSRecord

SERVFAIL = "SERVFAIL"
SILENT = "SILENT"


class ZoneServer(asyncio.DatagramProtocol):
    """Answers from ``zone``: {"name.": [zone-file lines] or SERVFAIL or SILENT}; other names do not exist."""

    def __init__(self, zone):
        self.zone = zone
        self.questions = []
        self.port = 0
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data, addr):
        question = DNSRecord.parse(data)
        name, kind = str(question.q.qname).lower(), QTYPE[question.q.qtype]
        self.questions.append((name, kind))
        known = self.zone.get(name)
        answer = question.reply()
        if known == SILENT:
            return
        if known == SERVFAIL:
            answer.header.rcode = RCODE.SERVFAIL
        elif known is None:
            answer.header.rcode = RCODE.NXDOMAIN
        else:
            for line in known:
                for record in RR.fromZone(f"{name} {line}"):
                    if QTYPE[record.rtype] in (kind, "CNAME"):
                        answer.add_answer(record)
        self.transport.sendto(answer.pack(), addr)


@contextlib.asynccontextmanager
async def name_server(zone):
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: ZoneServer(zone), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
