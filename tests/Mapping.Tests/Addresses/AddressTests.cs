using System.Text;
using Gateway.Mapping;
using Gateway.Mapping.Addresses;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;

namespace Mapping.Tests.Addresses;

public sealed class AddressTests
{
    // XEP-0106 §5.1, table 3, all rows.
    [Theory]
    [InlineData("space cadet", @"space\20cadet")]
    [InlineData("call me \"ishmael\"", @"call\20me\20\22ishmael\22")]
    [InlineData("at&t guy", @"at\26t\20guy")]
    [InlineData("d'artagnan", @"d\27artagnan")]
    [InlineData("/.fanboy", @"\2f.fanboy")]
    [InlineData("::foo::", @"\3a\3afoo\3a\3a")]
    [InlineData("<foo>", @"\3cfoo\3e")]
    [InlineData("user@host", @"user\40host")]
    [InlineData(@"c:\net", @"c\3a\net")]
    [InlineData(@"c:\\net", @"c\3a\\net")]
    [InlineData(@"c:\cool stuff", @"c\3a\cool\20stuff")]
    [InlineData(@"c:\5commas", @"c\3a\5c5commas")]
    public void Escaping_and_back(string natural, string escaped)
    {
        Assert.True(JidEscaping.TryEscape(natural, out var local));
        Assert.Equal(escaped, local);
        Assert.Equal(natural, JidEscaping.Unescape(escaped));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" lead")]
    [InlineData("trail ")]
    public void A_local_part_neither_begins_nor_ends_with_a_space(string natural) => Assert.False(JidEscaping.TryEscape(natural, out _));

    // RFC 7247 §6.4 and field fact D7.
    [Theory]
    [InlineData("sip:f%C3%BC@sip.example", "fü@sip.example")]
    [InlineData("sip:o'malley@sip.example", @"o\27malley@sip.example")]
    [InlineData("sip:foo@sip.example;gr=bar", "foo@sip.example")]
    [InlineData("SIP:Bo.Example@CONTOSO.example:5061;transport=tls;maddr=192.0.2.1?subject=x", "bo.example@contoso.example")]
    [InlineData("sip:bo;device=1@contoso.example", "bo;device=1@contoso.example")]
    [InlineData("sip:bo?x@contoso.example", "bo?x@contoso.example")]
    [InlineData("sip:bo:secret@contoso.example", "bo@contoso.example")]
    [InlineData("sip:user%40host@contoso.example", @"user\40host@contoso.example")]
    [InlineData("sip:c%5C5commas@contoso.example", @"c\5c5commas@contoso.example")]
    [InlineData("sip:C%5C5Commas@contoso.example", @"c\5c5commas@contoso.example")]
    [InlineData("sip:bo@contoso.example;opaque=user:epid:AbCd_illus;gruu", "bo@contoso.example")]
    [InlineData("sip:bo@xn--bcher-kva.example", "bo@bücher.example")]
    [InlineData("sip:contoso.example", "contoso.example")]
    [InlineData("sip:bo@[2001:db8::1]:5061", "bo@[2001:db8::1]")]
    public void A_sip_uri_becomes_a_jid(string uri, string jid)
    {
        Assert.True(SipAddresses.TryRead(Encoding.UTF8.GetBytes(uri), out var address, out _));
        Assert.Equal(jid, XmppAddresses.Write(address));
    }

    // RFC 7247 §6.5.
    [Theory]
    [InlineData(@"m\26m@xmpp.example", "sip:m&m@xmpp.example")]
    [InlineData("tschüss@xmpp.example", "sip:tsch%C3%BCss@xmpp.example")]
    [InlineData("baz@xmpp.example/qux", "sip:baz@xmpp.example")]
    [InlineData(@"a\20b@xmpp.example", "sip:a%20b@xmpp.example")]
    [InlineData(@"a\40b@xmpp.example", "sip:a%40b@xmpp.example")]
    [InlineData("a#b%c[d]e^f`g{h|i}@xmpp.example", "sip:a%23b%25c%5Bd%5De%5Ef%60g%7Bh%7Ci%7D@xmpp.example")]
    [InlineData("x@bücher.example", "sip:x@xn--bcher-kva.example")]
    [InlineData("xmpp.example", "sip:xmpp.example")]
    public void A_jid_becomes_a_sip_uri(string text, string uri)
    {
        Assert.True(Jid.TryParse(text, out var jid));
        Assert.True(XmppAddresses.TryRead(jid, out var address));
        Assert.Equal(uri, SipAddresses.ToUri(address));
    }

    [Theory]
    [InlineData("sips:bo@contoso.example", MappingReason.UriSipsForbidden)]
    [InlineData("tel:+15550100", MappingReason.UriSchemeUnsupported)]
    [InlineData("contoso.example", MappingReason.UriMalformed)]
    [InlineData("sip:@contoso.example", MappingReason.UriMalformed)]
    [InlineData("sip:bo@", MappingReason.DomainInvalid)]
    [InlineData("sip:bo@.example", MappingReason.DomainInvalid)]
    [InlineData("sip:b%FFo@contoso.example", MappingReason.LocalPartInvalid)]
    [InlineData("sip:b%0o@contoso.example", MappingReason.LocalPartInvalid)]
    [InlineData("sip:b%00o@contoso.example", MappingReason.LocalPartInvalid)]
    [InlineData("sip:%20bo@contoso.example", MappingReason.LocalPartInvalid)]
    public void What_is_no_address_is_refused_with_its_reason(string uri, MappingReason expected)
    {
        Assert.False(SipAddresses.TryRead(Encoding.UTF8.GetBytes(uri), out _, out var reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData(@"a\5cb@xmpp.example")]
    [InlineData(@"\20a@xmpp.example")]
    public void A_jid_that_is_a_second_spelling_of_a_user_is_refused(string text)
    {
        Assert.True(Jid.TryParse(text, out var jid));
        Assert.False(XmppAddresses.TryRead(jid, out _));
    }

    [Fact]
    public void Any_readable_uri_comes_back_as_itself()
    {
        var random = new Random(20260101);
        const string Alphabet = "abcXYZ019 \\\"&'/:<>@;?=+-._~!$()*,%#[]^`{|}52cf0eüßλ😀";
        for (var i = 0; i < 5_000; i++)
        {
            var local = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet.EnumerateRunes().ElementAt(random.Next(Alphabet.EnumerateRunes().Count())).ToString()));
            var uri = "sip:" + SipAddresses.ToUser(local) + "@contoso.example";
            if (!SipAddresses.TryRead(Encoding.UTF8.GetBytes(uri), out var address, out _)) continue;
            Assert.True(SipAddresses.TryRead(Encoding.UTF8.GetBytes(SipAddresses.ToUri(address)), out var again, out _));
            Assert.Equal(address, again);
            Assert.True(Jid.TryParse(XmppAddresses.Write(address), out var jid), uri);
            Assert.True(XmppAddresses.TryRead(jid, out var byJid), uri);
            Assert.Equal(address, byJid);
        }
    }

    [Fact]
    public void Endpoints_are_short_stable_and_say_nothing_of_the_device()
    {
        var named = SipEndpoints.NameOf(null, "user:epid:AbCdEfGhIjKlMnOp_illusAAA", "b84a59c035");

        Assert.Equal(named, SipEndpoints.NameOf(null, "user:epid:AbCdEfGhIjKlMnOp_illusAAA", null));
        Assert.Matches("^sip-[0-9a-f]{8}$", named);
        Assert.NotEqual(named, SipEndpoints.NameOf(null, null, "b84a59c035"));
        Assert.Equal("bar", SipEndpoints.NameOf("bar", "x", "y"));
        Assert.Equal(SipEndpoints.Default, SipEndpoints.NameOf(null, null, null));
    }
}
