#!/usr/bin/python3
"""A genuine XMPP client, driven by JSON lines: Debian's python3-slixmpp behind standard input and output.

One process holds any number of sessions, each named by its bare JID. README.md beside this file lists the verbs and events.
Nothing is decided here: no subscription is answered by itself, no message is repeated.
"""
import asyncio
import json
import logging
import sys
import xml.etree.ElementTree as ET

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

CLIENT = "jabber:client"
STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"
CHAT_STATES = "http://jabber.org/protocol/chatstates"
RECEIPTS = "urn:xmpp:receipts"


def tell(**fields):
    sys.stdout.write(json.dumps({k: v for k, v in fields.items() if v is not None}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def text_of(xml, name):
    found = xml.find("{%s}%s" % (CLIENT, name))
    return None if found is None else (found.text or "")


def error_of(xml):
    found = xml.find("{%s}error" % CLIENT)
    if found is None:
        return None
    error = {"type": found.get("type")}
    for child in found:
        if child.tag == "{%s}text" % STANZA_ERRORS:
            error["text"] = child.text or ""
        elif child.tag.startswith("{%s}" % STANZA_ERRORS):
            error["condition"] = child.tag.split("}", 1)[1]
    return error


def chat_state_of(xml):
    for child in xml:
        if child.tag.startswith("{%s}" % CHAT_STATES):
            return child.tag.split("}", 1)[1]
    return None


class Session(slixmpp.ClientXMPP):
    """One login."""

    def __init__(self, jid, password, ca):
        super().__init__(jid, password)
        self.me = slixmpp.JID(jid).bare
        self.auto_authorize = None
        self.auto_subscribe = None
        self.ca_certs = ca
        self.online = asyncio.get_event_loop().create_future()
        self.add_event_handler("session_start", self.on_start)
        self.add_event_handler("failed_auth", lambda e: self.fail("not authorized"))
        self.add_event_handler("connection_failed", lambda e: self.fail("connection failed: %s" % e))
        self.add_event_handler("disconnected", self.on_end)
        self.add_event_handler("stream_error", lambda e: tell(event="stream_error", user=self.me, xml=str(e)))
        for name, handler in (("presence", self.on_presence), ("message", self.on_message), ("iq", self.on_iq)):
            self.register_handler(Callback("raw " + name, MatchXPath("{%s}%s" % (CLIENT, name)), handler))
        self.add_filter("out", self.on_sent)

    def fail(self, why):
        if not self.online.done():
            self.online.set_exception(RuntimeError(why))

    async def on_start(self, _):
        if not self.online.done():
            self.online.set_result(None)
        tell(event="online", user=self.me, jid=str(self.boundjid))

    def on_end(self, reason):
        self.fail("disconnected: %s" % reason)
        tell(event="offline", user=self.me)

    def on_sent(self, stanza):
        if hasattr(stanza, "xml"):
            tell(event="sent", user=self.me, xml=ET.tostring(stanza.xml, encoding="unicode"))
        return stanza

    def on_presence(self, stanza):
        xml = stanza.xml
        tell(event="presence", user=self.me, type=xml.get("type") or "available", show=text_of(xml, "show"),
             status=text_of(xml, "status"), priority=text_of(xml, "priority"), error=error_of(xml), **self.common(xml))

    def on_message(self, stanza):
        xml = stanza.xml
        tell(event="message", user=self.me, type=xml.get("type") or "normal", body=text_of(xml, "body"), subject=text_of(xml, "subject"),
             thread=text_of(xml, "thread"), state=chat_state_of(xml), error=error_of(xml), **self.common(xml))

    def on_iq(self, stanza):
        xml = stanza.xml
        query = xml.find("{jabber:iq:roster}query")
        if query is not None and xml.get("type") == "set":
            for item in query:
                tell(event="roster", user=self.me, subscription=item.get("subscription"), ask=item.get("ask"), item=item.get("jid"))
            return
        tell(event="iq", user=self.me, type=xml.get("type"), error=error_of(xml), **self.common(xml))

    @staticmethod
    def common(xml):
        sender = xml.get("from")
        return {"from": sender, "bare": None if sender is None else sender.split("/", 1)[0], "to": xml.get("to"), "id": xml.get("id"),
                "xml": ET.tostring(xml, encoding="unicode")}


class Driver:
    def __init__(self):
        self.sessions = {}
        self.count = 0

    async def connect(self, c):
        session = Session(c["user"] + "/" + c.get("resource", "desk"), c["password"], c.get("ca"))
        key = c.get("session", session.me)
        self.sessions[key] = session
        session.me = key
        session.connect((c["host"], int(c["port"])))
        await session.online
        if c.get("roster", True):
            await session.get_roster()
        return {"jid": str(session.boundjid)}

    async def disconnect(self, c):
        session = self.sessions.pop(c["user"])
        session.disconnect(wait=2.0)

    async def drop(self, c):
        """The connection is cut without a word."""
        self.sessions.pop(c["user"]).abort()

    async def presence(self, c):
        stanza = self.of(c).make_presence(pto=c.get("to"), ptype=c.get("type"), pshow=c.get("show"), pstatus=c.get("status"))
        if "priority" in c:
            stanza["priority"] = int(c["priority"])
        stanza.send()

    async def subscribe(self, c):
        await self.directed(c, "subscribe")

    async def approve(self, c):
        await self.directed(c, "subscribed")

    async def deny(self, c):
        await self.directed(c, "unsubscribed")

    async def unsubscribe(self, c):
        await self.directed(c, "unsubscribe")

    async def probe(self, c):
        await self.directed(c, "probe")

    async def directed(self, c, kind):
        self.of(c).make_presence(pto=c["to"], ptype=kind).send()

    async def remove(self, c):
        await self.of(c).del_roster_item(c["to"])

    async def block(self, c):
        await self.blocklist(c, "block")

    async def unblock(self, c):
        await self.blocklist(c, "unblock")

    async def blocklist(self, c, verb):
        iq = self.of(c).make_iq_set()
        body = ET.SubElement(iq.xml, "{urn:xmpp:blocking}" + verb)
        ET.SubElement(body, "{urn:xmpp:blocking}item", {"jid": c["to"]})
        await iq.send()

    async def roster(self, c):
        session = self.of(c)
        iq = await session.get_roster()
        items = {}
        for item in iq.xml.find("{jabber:iq:roster}query") if iq.xml.find("{jabber:iq:roster}query") is not None else []:
            items[item.get("jid")] = {"subscription": item.get("subscription"), "ask": item.get("ask")}
        return {"items": items}

    async def message(self, c):
        self.count += 1
        identity = c.get("ref") or "m%d" % self.count
        stanza = self.of(c).make_message(mto=c["to"], mbody=c.get("body"), mtype=c.get("type", "chat"))
        stanza["id"] = identity
        if "state" in c:
            ET.SubElement(stanza.xml, "{%s}%s" % (CHAT_STATES, c["state"]))
        if "thread" in c:
            ET.SubElement(stanza.xml, "{%s}thread" % CLIENT).text = c["thread"]
        if c.get("receipt"):
            ET.SubElement(stanza.xml, "{%s}request" % RECEIPTS)
        stanza.send()
        return {"ref": identity}

    async def chatstate(self, c):
        await self.message({**c, "body": None})

    async def ping(self, c):
        """XEP-0199 to any address: what comes back is told as an event."""
        iq = self.of(c).make_iq_get(ito=c["to"])
        ET.SubElement(iq.xml, "{urn:xmpp:ping}ping")
        iq.send(timeout=30, callback=lambda _: None)

    async def raw(self, c):
        self.of(c).send_raw(c["xml"])

    def of(self, c):
        return self.sessions[c["user"]]

    async def run(self, line):
        identity = None
        try:
            command = json.loads(line)
            identity = command.get("id")
            verb = getattr(self, command["do"]) if not command["do"].startswith("_") else None
            answer = await verb(command) or {}
            tell(id=identity, ok=True, **answer)
        except Exception as e:  # every fault goes back to whoever asked, none ends the driver
            tell(id=identity, ok=False, fault="%s: %s" % (type(e).__name__, e))


async def main():
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    driver = Driver()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tell(event="ready", version=slixmpp.__version__)
    pending = set()
    while line := await reader.readline():
        # connect takes several round trips; the others are quick and keep their order
        task = loop.create_task(driver.run(line.decode("utf-8")))
        pending.add(task)
        task.add_done_callback(pending.discard)


if __name__ == "__main__":
    asyncio.run(main())
