"""A little DNS server on 127.0.0.1 that knows the TXT records it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = dict[str, list[str]]


@contextmanager
def name_server() -> Iterator[tuple[str, Records]]:
    """Its address, as `host:port`, and its records by name, to be filled. A name without any does not exist; one with an empty list
    cannot be looked up (SERVFAIL)."""
    records: Records = {}

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            packet, socket = self.request
            socket.sendto(_answer(dns.message.from_wire(packet), records).to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", records
        server.shutdown()


def _answer(query: dns.message.Message, records: Records) -> dns.message.Message:
    question = query.question[0]
    texts = records.get(question.name.to_text(omit_final_dot=True))
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    if texts and question.rdtype == dns.rdatatype.TXT:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *(f'"{each}"' for each in texts)))
    else:
        answer.set_rcode(dns.rcode.NXDOMAIN if texts is None else dns.rcode.SERVFAIL)
    return answer
