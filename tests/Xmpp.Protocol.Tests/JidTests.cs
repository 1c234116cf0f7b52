using Gateway.Xmpp.Protocol;

namespace Xmpp.Protocol.Tests;

/// <summary>RFC 7622 §3.5 (its table of JIDs) and RFC 6122 §2.</summary>
public sealed class JidTests
{
    [Theory]
    [InlineData("juliet@example.com", "juliet", "example.com", null)]
    [InlineData("juliet@example.com/foo", "juliet", "example.com", "foo")]
    [InlineData("juliet@example.com/foo bar", "juliet", "example.com", "foo bar")]
    [InlineData("juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar")]
    [InlineData("foo\\20bar@example.com", "foo\\20bar", "example.com", null)]
    [InlineData("fussball@example.com", "fussball", "example.com", null)]
    [InlineData("π@example.com", "π", "example.com", null)]
    [InlineData("Σ@example.com/foo", "σ", "example.com", "foo")]
    [InlineData("king@example.com/♚", "king", "example.com", "♚")]
    [InlineData("example.com", null, "example.com", null)]
    [InlineData("example.com/foobar", null, "example.com", "foobar")]
    [InlineData("a.example.com/b@example.net", null, "a.example.com", "b@example.net")]
    [InlineData("JULIET@Example.COM./Foo", "juliet", "example.com", "Foo")]
    [InlineData("TSCHÜSS@BÜCHER.example", "tschüss", "bücher.example", null)]
    [InlineData("a@xn--bcher-kva.example", "a", "bücher.example", null)]
    [InlineData("a@[2001:DB8::1]", "a", "[2001:db8::1]", null)]
    [InlineData("a@192.0.2.1", "a", "192.0.2.1", null)]
    [InlineData("m\\26m@x.example", "m\\26m", "x.example", null)]
    [InlineData("a@b.example/\U0001F600", "a", "b.example", "\U0001F600")]
    public void A_valid_jid_is_prepared(string text, string? local, string domain, string? resource)
    {
        Assert.True(Jid.TryParse(text, out var jid));
        Assert.Equal((local, domain, resource), (jid.Local, jid.Domain, jid.Resource));
        Assert.True(Jid.TryParse(jid.ToString(), out var again));
        Assert.Equal(jid, again);
        Assert.Equal(jid.ToString(), again.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("@example.com")]
    [InlineData("\"juliet\"@example.com")]
    [InlineData("foo bar@example.com")]
    [InlineData("o'malley@example.com")]
    [InlineData("a&b@example.com")]
    [InlineData("a<b@example.com")]
    [InlineData("a:b@example.com")]
    [InlineData("henry\u2163 @example.com")]
    [InlineData("juliet@")]
    [InlineData("juliet@example.com/")]
    [InlineData("/foobar")]
    [InlineData("a@b@c.example")]
    [InlineData("a@b..example")]
    [InlineData("a@-b.example")]
    [InlineData("a@b_c.example")]
    [InlineData("a@b c.example")]
    [InlineData("a\0b@c.example")]
    [InlineData("a@c.example/x\u0007y")]
    [InlineData("\ud800@c.example")]
    [InlineData("a@[nonsense]")]
    [InlineData("a@\u200b.example")]
    public void An_invalid_jid_is_refused(string text) => Assert.False(Jid.TryParse(text, out _));

    // What looks like a separator, or turns the direction of what follows, must not make another address than the one that is compared.
    [Theory]
    [InlineData("juliet\uff20evil.example@capulet.example")]
    [InlineData("juliet\uff0fx@capulet.example")]
    [InlineData("ju\u202eliet@capulet.example")]
    [InlineData("juliet@capulet.example/x\u202ey")]
    [InlineData("juliet@capulet.example/x\u009b31m")]
    [InlineData("juliet@capulet.example/x\ny")]
    [InlineData("juliet@capu\u202elet.example")]
    [InlineData("juliet@capulet.example\uff0fevil")]
    [InlineData("juliet@capulet\u2100.example")]
    [InlineData("juliet@capulet.example\u0000.evil.example")]
    [InlineData("juliet@capulet.example\u001b[2J")]
    [InlineData("juliet\ud800@capulet.example")]
    public void An_address_that_would_be_read_as_another_is_none(string text) => Assert.False(Jid.TryParse(text, out _));

    [Theory]
    [InlineData("\uff2auliet@\uff43apulet.example", "juliet@capulet.example")]
    [InlineData("juliet@capulet\u3002example", "juliet@capulet.example")]
    [InlineData("juliet@CAPULET\uff0eexample", "juliet@capulet.example")]
    [InlineData("juli\u00adet@capulet.example", "juliet@capulet.example")]
    public void What_stringprep_makes_the_same_address_is_the_same(string text, string prepared)
    {
        Assert.True(Jid.TryParse(text, out var jid));
        Assert.Equal(prepared, jid.ToString());
    }

    [Fact]
    public void Parts_are_capped_at_1023_bytes()
    {
        Assert.True(Jid.TryParse($"{new string('a', 1023)}@b.example/{new string('c', 1023)}", out _));
        Assert.False(Jid.TryParse($"{new string('a', 1024)}@b.example", out _));
        Assert.False(Jid.TryParse($"a@b.example/{new string('c', 1024)}", out _));
        Assert.False(Jid.TryParse($"a@b.example/{new string('é', 512)}", out _));
        Assert.False(Jid.TryParse($"a@{new string('b', 64)}.example", out _));
    }

    [Fact]
    public void The_bare_jid_and_the_ascii_domain_follow()
    {
        Assert.True(Jid.TryParse("Juliet@Bücher.example/Balcony", out var jid));
        Assert.Equal("juliet@bücher.example", jid.Bare.ToString());
        Assert.Equal("xn--bcher-kva.example", jid.AsciiDomain);
        Assert.True(jid.TryWithResource("x", out var other));
        Assert.Equal("juliet@bücher.example/x", other.ToString());
        Assert.NotEqual(jid, other);
        Assert.Equal(jid.Bare, other.Bare);
    }
}
