using System.Text;
using Gateway.Transport;

namespace Xmpp.Tests;

/// <summary>Requests and their answers, which go over our own stream: RFC 6120 §8.2.3, XEP-0030, XEP-0092, XEP-0199.</summary>
public sealed class IqTests
{
    private const string Unavailable = "<service-unavailable";

    [Theory]
    [InlineData("contoso.example", "get", "<ping xmlns='urn:xmpp:ping'/>", "type='result'></iq>")]
    [InlineData("alice@contoso.example", "get", "<ping xmlns='urn:xmpp:ping'/>", "type='result'></iq>")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<identity category='gateway' type='simple'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", "<query xmlns='http://jabber.org/protocol/disco#items'/>")]
    [InlineData("contoso.example", "get", "<query xmlns='jabber:iq:version'/>", "<name>gateway</name>")]
    [InlineData("alice@contoso.example/sip", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<feature var='http://jabber.org/protocol/chatstates'/>")]
    [InlineData("alice@contoso.example", "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", Unavailable)]
    [InlineData("alice@contoso.example", "get", "<vCard xmlns='vcard-temp'/>", Unavailable)]
    [InlineData("contoso.example", "set", "<ping xmlns='urn:xmpp:ping'/>", Unavailable)]
    [InlineData("contoso.example", "get", "<query xmlns='jabber:iq:roster'/>", Unavailable)]
    [InlineData("contoso.example", "get", "", "<bad-request")]
    [InlineData("contoso.example", "query", "<ping xmlns='urn:xmpp:ping'/>", "<bad-request")]
    public async Task A_request_gets_its_answer(string to, string type, string payload, string expected)
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var tap = new HearingTap(expected);
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync($"<iq from='juliet@capulet.example/b' to='{to}' id='q1' type='{type}'>{payload}</iq>");

        string heard = await tap.Heard.Within($"'{expected}'");
        Assert.Contains($"<iq from='{to}' to='juliet@capulet.example/b' id='q1'", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_is_sent_when_the_message_was_delivered()
    {
        await using var contoso = new Node("contoso.example");
        await using var capulet = new Node("capulet.example");
        Node.Join(contoso, capulet);
        var tap = new HearingTap("<received xmlns='urn:xmpp:receipts' id='m1'/>");
        capulet.Hub.Tap = tap;
        using var peer = await RawPeer.AuthenticateAsync(contoso, "capulet.example", Node.Lab.Issue("capulet.example"));

        await peer.SendAsync("<message from='juliet@capulet.example/b' to='alice@contoso.example' id='m1'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>");

        Assert.Contains("to='juliet@capulet.example/b'", await tap.Heard.Within("a receipt"), StringComparison.Ordinal);
    }

    /// <summary>Listens to the clear bytes a node receives.</summary>
    private sealed class HearingTap(string awaited) : IWireTap
    {
        private readonly StringBuilder _text = new();
        private readonly TaskCompletionSource<string> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Heard => _heard.Task;

        public void OnBytes(TransportConnection connection, bool isReceived, ReadOnlySpan<byte> bytes)
        {
            if (!isReceived) return;
            lock (_text)
            {
                _text.Append(Encoding.UTF8.GetString(bytes));
                if (_text.ToString().Contains(awaited, StringComparison.Ordinal)) _heard.TrySetResult(_text.ToString());
            }
        }
    }
}
