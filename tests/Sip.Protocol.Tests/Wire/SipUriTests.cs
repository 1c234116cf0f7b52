using Gateway.Sip.Protocol.Wire;

namespace Sip.Protocol.Tests.Wire;

public sealed class SipUriTests
{
    [Theory]
    [InlineData("sip:bo@contoso.example", "bo", "contoso.example", -1)]
    [InlineData("SIP:bo@contoso.example:5061;transport=tls", "bo", "contoso.example", 5061)]
    [InlineData("sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", "example.com", -1)]
    [InlineData("sip:what?ever@example.com", "what?ever", "example.com", -1)]
    [InlineData("sips:1212@[2001:db8::10]:5061;lr", "1212", "[2001:db8::10]", 5061)]
    [InlineData("sip:gw.jabber.example", null, "gw.jabber.example", -1)]
    [InlineData("sip:bo@contoso.example;transport=\"tls\";x=\"a@b\"", "bo", "contoso.example", -1)]
    public void Valid_uri_is_taken_apart(string text, string? user, string host, int port)
    {
        Assert.True(SipUri.TryRead(text, out var uri));
        Assert.Equal((user, host, port), (uri.User, uri.Host, uri.Port));
        Assert.Equal(text[4..], uri.ToString()[4..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sip:")]
    [InlineData("sip")]
    [InlineData(":bo@contoso.example")]
    [InlineData("sip:@contoso.example")]
    [InlineData("sip:bo@")]
    [InlineData("sip:bo@contoso.example:port")]
    [InlineData("sip:bo@contoso.example:65536")]
    [InlineData("sip:bo@[2001:db8::10")]
    [InlineData("sip:bo@[not-hex]")]
    [InlineData("sip:bo@[::::]")]
    [InlineData("sip:bo@[1:2:3:4:5:6:7:8:9]")]
    [InlineData("sip:bo@[2001:db8::12345]")]
    [InlineData("sip:bo@[2001:db8::1:::2]")]
    [InlineData("sip:bo%4@contoso.example")]
    [InlineData("sip:bo%zz@contoso.example")]
    [InlineData("sip:b o@contoso.example")]
    [InlineData("sip:bo@contoso.example junk")]
    [InlineData("sip:bo@conto<so.example")]
    [InlineData("sip:bo@host/path")]
    [InlineData("1sip:bo@host")]
    public void Invalid_uri_is_refused(string text) => Assert.False(SipUri.TryRead(text, out _));

    [Fact]
    public void Quoted_transport_and_valueless_gruu_are_read()
    {
        Assert.True(SipUri.TryRead("sip:bo@contoso.example:3485;maddr=192.0.2.7;transport=\"tls\";gruu", out var uri));

        Assert.Equal("tls", uri.Parameters.Get("Transport"));
        Assert.Equal("", uri.Parameters.Get("gruu"));
        Assert.Null(uri.Parameters.Get("gr"));
    }

    // RFC 3261 §19.1.4
    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x")]
    [Clause("RFC3261", "19.1.4")]
    public void Equivalent_uris(string one, string other) => Assert.True(Equivalent(one, other));

    [Theory]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting")]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off")]
    [InlineData("sip:carol@chicago.com", "sips:carol@chicago.com")]
    [Clause("RFC3261", "19.1.4")]
    public void Different_uris(string one, string other) => Assert.False(Equivalent(one, other));

    [Fact]
    public void One_microsoft_user_in_two_spellings_is_one_address()
    {
        SipUri.TryRead("sip:Bo.Example@Contoso.example;opaque=x", out var one);
        SipUri.TryRead("sip:bo.example@contoso.EXAMPLE", out var other);

        Assert.True(one.IsSameAddress(other));
        Assert.False(one.IsEquivalentTo(other));
    }

    [Fact]
    public void Other_schemes_keep_their_text()
    {
        Assert.True(SipUri.TryRead("TEL:+15550100", out var uri));

        Assert.False(uri.IsSip);
        Assert.Equal(("tel", "+15550100"), (uri.Scheme, uri.Opaque));
    }

    private static bool Equivalent(string one, string other)
    {
        Assert.True(SipUri.TryRead(one, out var a));
        Assert.True(SipUri.TryRead(other, out var b));
        Assert.Equal(a.IsEquivalentTo(b), b.IsEquivalentTo(a));
        return a.IsEquivalentTo(b);
    }
}
