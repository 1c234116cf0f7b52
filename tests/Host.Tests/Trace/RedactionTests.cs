using System.Text;
using Gateway.Admin.Trace;

namespace Host.Tests.Trace;

/// <summary>What a trace may show: structure always, the words of users when asked for, secrets never (PSB-077).</summary>
[Item("PSB-077")]
public sealed class RedactionTests
{
    private const string Invite =
        "INVITE sip:juliet@jabber.example SIP/2.0\r\nFrom: <sip:bo@contoso.example>;tag=1\r\nSubject: the_subject\r\nProxy-Authorization: NTLM the_secret\r\n =more_secret\r\n"
        + "Ms-Text-Format: text/plain; charset=UTF-8;ms-body=dGhlX2JvZHk=;msgr=x\r\nContent-Type: application/sdp\r\nContent-Length: 71\r\n\r\n"
        + "v=0\r\nm=message 5061 sip null\r\na=crypto:1 AES inline:the_secret\r\nk=the_key\r\n";

    private const string Words = "MESSAGE sip:juliet@jabber.example SIP/2.0\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nthe_body";

    private const string Pidf =
        "NOTIFY sip:a@b.example SIP/2.0\r\nc: application/pidf+xml\r\n\r\n<presence><tuple id='t'><status><basic>open</basic></status><note>the_body</note></tuple></presence>";

    [Theory]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>the_secret</auth>", "mechanism='EXTERNAL'", "[10 characters not shown]")]
    [InlineData("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>the_secret</success>", "<success", "</success>")]
    [InlineData("<db:result from='a.example' to='b.example'>the_secret</db:result>", "from='a.example'", "</db:result>")]
    [InlineData("<verify xmlns='jabber:server:dialback' id='s1'>the_secret</verify>", "id='s1'", "</verify>")]
    [InlineData("<enabled xmlns='urn:xmpp:sm:3' resume='true' id='the_secret'/>", "resume='true'", "<enabled")]
    [InlineData("<resume xmlns='urn:xmpp:sm:3' h='3' previd=\"the_secret\"/>", "h='3'", "previd=\"[")]
    [InlineData("<iq type='set'><query xmlns='jabber:iq:register'><password>the_secret</password></query></iq>", "<password>", "type='set'")]
    [InlineData("<message to='a@b.example'><x xmlns='jabber:x:conference' jid='r@c.example' password='the_secret'/></message>", "jid='r@c.example'", "to='a@b.example'")]
    [InlineData("<auth><![CDATA[the_secret]]></auth>", "<auth>", "</auth>")]
    [InlineData("<auth><x>the_secret</x></auth>", "<auth>", "</auth>")]
    [InlineData(Invite, "tag=1", "m=message 5061 sip null")]
    public void Secrets_are_shown_to_nobody(string message, string shown, string shownToo)
    {
        foreach (var showsBodies in (bool[])[false, true])
        {
            var text = Redaction.Of(Encoding.UTF8.GetBytes(message), isCut: false, showsBodies);
            foreach (var secret in (string[])["the_secret", "more_secret", "the_key"]) Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.Contains(shown, text, StringComparison.Ordinal);
            Assert.Contains(shownToo, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("<message type='chat' to='a@b.example'><body>the_body</body><subject>the_subject</subject></message>", "<body>")]
    [InlineData("<message><html><body><p>the_body <a href='x'>the_subject</a></p></body></html></message>", "<p>")]
    [InlineData("<message><html><body><a href='http://x/the_body'><img src='y' alt='the_subject'/></a></body></html></message>", "<img src='[")]
    [InlineData("<message to='a@b.example'><body>the_body</body><x xmlns='jabber:x:conference' jid='r@c.example' reason='the_subject'/></message>", "jid='r@c.example'")]
    [InlineData("<message><body>the_body</body><addresses><address type='to' jid='a@b.example' desc='the_subject'/></addresses></message>", "jid='a@b.example'")]
    [InlineData("<presence><show>away</show><status>the_body</status></presence>", "<show>away</show>")]
    [InlineData(Words, "Content-Type: text/plain")]
    [InlineData(Pidf, "<basic>open</basic>")]
    [InlineData(Words + "\r\n\r\n" + Words, "[8 bytes of text/plain not shown]\r\n\r\nMESSAGE")]
    public void Words_of_users_are_shown_only_when_asked_for(string message, string structure)
    {
        var without = Redaction.Of(Encoding.UTF8.GetBytes(message), isCut: false, showsBodies: false);
        Assert.DoesNotContain("the_body", without, StringComparison.Ordinal);
        Assert.DoesNotContain("the_subject", without, StringComparison.Ordinal);
        Assert.Contains(structure, without, StringComparison.Ordinal);
        Assert.Contains("the_body", Redaction.Of(Encoding.UTF8.GetBytes(message), isCut: false, showsBodies: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Subjects_and_first_words_in_headers_are_words_of_users()
    {
        var without = Redaction.Of(Encoding.UTF8.GetBytes(Invite), isCut: false, showsBodies: false);
        Assert.DoesNotContain("the_subject", without, StringComparison.Ordinal);
        Assert.DoesNotContain("dGhlX2JvZHk=", without, StringComparison.Ordinal);
        Assert.Contains(";msgr=x", without, StringComparison.Ordinal);
    }

    [Fact]
    public void What_steers_a_terminal_is_shown_as_its_number() =>
        Assert.Equal("OPTIONS sip:\\u001b[2J\\u202e SIP/2.0", Redaction.Of("OPTIONS sip:\u001b[2J\u202e SIP/2.0"u8, isCut: false, showsBodies: true));

    [Fact]
    public void A_message_may_be_cut_anywhere_and_shows_no_more_for_it()
    {
        string[] messages =
        [
            Invite, Words, Pidf, "<auth mechanism='EXTERNAL' password='the_secret'>the_secret</auth><message><body a='>'>the_body</body></message>",
            "\r\n\r\n<?xml version='1.0'?><stream:stream xmlns='jabber:server' from='a.example'>", "</stream:stream>", "<!DOCTYPE the_body>", "<a", "<", "a<b", ":",
        ];
        foreach (var message in messages)
        {
            var bytes = Encoding.UTF8.GetBytes(message);
            for (var length = 0; length <= bytes.Length; length++)
            {
                var text = Redaction.Of(bytes.AsSpan(0, length), isCut: true, showsBodies: false);
                foreach (var word in (string[])["the_s", "more_s", "the_k", "the_b"]) Assert.DoesNotContain(word, text, StringComparison.Ordinal);
            }
        }
    }
}
