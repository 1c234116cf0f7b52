using System.Text;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;
using Xmpp.Protocol.Tests.Wire;

namespace Xmpp.Protocol.Tests.Streams;

/// <summary>Headers, features, errors and SASL data on the wire: RFC 6120 §4.3, §4.7, §4.9, §6.4.</summary>
public sealed class NegotiationWireTests
{
    [Fact]
    public void A_header_written_reads_back()
    {
        var sent = new StreamHeader { From = "bücher.example", To = "contoso.example", Id = "i'd", HasFeatures = true, SpeaksDialback = true };
        Assert.Equal((sent with { Lang = "en" }, XmppReason.None), ReadHeader(Writing.Text((ref XmppWriter writer) => sent.WriteTo(ref writer))));
    }

    [Theory]
    [InlineData("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", XmppReason.InvalidNamespace)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='urn:wrong'>", XmppReason.InvalidNamespace)]
    [InlineData("<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>", XmppReason.InvalidNamespace)]
    [InlineData("<stream:flood xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>", XmppReason.BadFormat)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='a b'>", XmppReason.ImproperAddressing)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='x'>", XmppReason.UnsupportedVersion)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version=''>", XmppReason.UnsupportedVersion)]
    [InlineData("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>", XmppReason.None)]
    [InlineData("<stream xmlns='http://etherx.jabber.org/streams' xmlns:s='jabber:server' version='1.1'>", XmppReason.None)]
    public void A_header_is_judged(string xml, XmppReason expected) => Assert.Equal(expected, ReadHeader(xml).Reason);

    [Theory, Clause("RFC 6120", "4.7.5")]
    [InlineData("1.0", true)]
    [InlineData("01.0", true)]
    [InlineData("1.00", true)]
    [InlineData("1.13", true)]
    [InlineData("2.0", true)]
    [InlineData("10.0", true)]
    [InlineData("0.9", false)]
    [InlineData("00.10", false)]
    [InlineData("1.", null)]
    [InlineData(".1", null)]
    [InlineData("1", null)]
    [InlineData("1.x", null)]
    [InlineData("-1.0", null)]
    [InlineData("1.0.0", null)]
    [InlineData("١.٠", null)]
    public void Versions_are_two_numbers(string version, bool? hasFeatures)
    {
        var (header, reason) = ReadHeader($"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='{version}'>");
        Assert.Equal((hasFeatures, hasFeatures is null ? XmppReason.UnsupportedVersion : XmppReason.None), (header?.HasFeatures, reason));
    }

    [Theory, Clause("RFC 6120", "4.7.4")]
    [InlineData("cs", "cs")]
    [InlineData("de-CH-1996", "de-CH-1996")]
    [InlineData("", null)]
    [InlineData("not a language", null)]
    [InlineData("en&#13;&#10;Evil: header", null)]
    [InlineData("a-language-tag-that-is-longer-than-any-there-is", null)]
    public void The_language_of_a_header_is_read_where_it_can_be_one(string lang, string? expected) =>
        Assert.Equal(expected, ReadHeader($"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' xml:lang='{lang}'>").Header!.Lang);

    [Fact]
    public void Features_written_read_back()
    {
        for (int bits = 0; bits < 32; bits++)
        {
            var offers = (StreamOffers)bits;
            if (offers.Has(StreamOffers.Dialback) != offers.Has(StreamOffers.DialbackErrors)) continue;
            if (offers.Has(StreamOffers.StartTlsRequired) && !offers.Has(StreamOffers.StartTls)) continue;
            Assert.Equal(offers, StreamFeatures.Read(Framing.Stanza(Writing.Text((ref XmppWriter writer) => StreamFeatures.WriteTo(ref writer, offers)))));
        }
    }

    [Fact]
    public void Every_stream_error_reads_back()
    {
        foreach (var condition in Enum.GetValues<StreamCondition>())
        {
            var sent = new StreamError(condition, "why & wherefore");
            Assert.Equal(sent, StreamErrors.Read(Framing.Stanza(Writing.Text((ref XmppWriter writer) => StreamErrors.WriteTo(ref writer, sent)))));
        }
        Assert.Equal(StreamCondition.UndefinedCondition, StreamErrors.Read(Framing.Stanza("<stream:error><text/></stream:error>")).Condition);
    }

    [Theory, Clause("RFC 6120", "4.9.2")]
    [InlineData("<of-tomorrow xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", StreamCondition.UndefinedCondition)]
    [InlineData("<of-tomorrow xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><conflict xmlns='urn:of:somebody:else'/>", StreamCondition.UndefinedCondition)]
    [InlineData("<reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><host-unknown xmlns='urn:of:somebody:else'/>", StreamCondition.Reset)]
    public void A_condition_that_nobody_defined_is_undefined(string inside, StreamCondition expected) =>
        Assert.Equal(expected, StreamErrors.Read(Framing.Stanza($"<stream:error>{inside}</stream:error>")).Condition);

    [Fact, Clause("RFC 6120", "11.5"), Clause("RFC 6120", "11.6")]
    public void A_header_of_ours_begins_with_a_declaration_that_says_the_version_alone()
    {
        string text = Writing.Text((ref XmppWriter writer) => new StreamHeader { From = "contoso.example", To = "capulet.example", HasFeatures = true }.WriteTo(ref writer));
        Assert.StartsWith("<?xml version='1.0'?><stream:stream ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("standalone", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFEFF', text);
    }

    [Theory]
    [InlineData("", SaslIdentityKind.Absent, null)]
    [InlineData("=", SaslIdentityKind.Empty, null)]
    [InlineData("Y29udG9zby5leGFtcGxl", SaslIdentityKind.Domain, "contoso.example")]
    [InlineData("!!!", SaslIdentityKind.NotBase64, null)]
    [InlineData("YSBi", SaslIdentityKind.NoDomain, null)]
    public void A_sasl_identity_is_read(string data, SaslIdentityKind kind, string? domain) => Assert.Equal(
        new SaslIdentity(kind, domain), Nonzas.ReadIdentity(Framing.Stanza($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{data}</auth>")));

    [Fact]
    public void Our_auth_names_the_domain()
    {
        var element = Framing.Stanza(Writing.Text((ref XmppWriter writer) => Nonzas.WriteAuth(ref writer, "contoso.example")));
        Assert.Equal(new SaslIdentity(SaslIdentityKind.Domain, "contoso.example"), Nonzas.ReadIdentity(element));
        Assert.Equal("EXTERNAL", element.Attribute("mechanism"));
    }

    private static (StreamHeader? Header, XmppReason Reason) ReadHeader(string xml)
    {
        var framer = new XmppFramer(new XmppLimits());
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(xml);
        var frame = framer.Read(ref input);
        Assert.Equal(XmppFrameKind.Header, frame.Kind);
        StreamHeader.TryRead(framer, frame.Element!, out var header, out var reason);
        return (header, reason);
    }
}
