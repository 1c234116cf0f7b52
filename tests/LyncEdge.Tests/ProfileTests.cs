using System.Security.Authentication;
using LyncEdge.Control;
using LyncEdge.Links;
using LyncEdge.Presence;
using LyncEdge.Profiles;
using LyncEdge.Wire;

namespace LyncEdge.Tests;

/// <summary>Each generation is told apart by what the field facts say differs (H, A2, A5, A7, B1, B2, C1), value by value.</summary>
public sealed class ProfileTests
{
    /// <summary>User-Agent, Server, TLS, media token, gruu, batch body, embedded first line, msrtc only, clients that offer conferences.</summary>
    public static TheoryData<string, string, string, string, bool> Generations => new()
    {
        { "lcs2005", "LCC/1.3", "RTC/1.3", "1.0", false },
        { "ocs2007r2", "UCCAPI/3.5.", "RTC/3.5", "1.0", false },
        { "lync2010", "UCCAPI/4.0.", "RTC/4.0", "1.0", true },
        { "lync2013", "UCCAPI/15.0.", "RTC/5.0", "1.0 1.1 1.2", true },
        { "sfb2015", "UCCAPI/16.0.", "RTC/6.0", "1.0 1.1 1.2", true },
        { "sfb2019", "UCCAPI/16.0.", "RTC/7.0", "1.2", true },
    };

    [Theory, MemberData(nameof(Generations))]
    public void A_generation_names_itself_and_speaks_the_TLS_it_was_sold_with(string name, string agent, string server, string tls, bool invitesToConferences)
    {
        var profile = Profile.Find(name)!;
        Assert.StartsWith(agent, profile.UserAgent, StringComparison.Ordinal);
        Assert.Equal(server, profile.Server);
        Assert.Equal(tls, string.Join(' ', profile.TlsVersions));
        Assert.Equal(invitesToConferences, profile.InviteSupported.Contains("ms-conf-invite"));
    }

    [Fact]
    public void There_is_a_profile_for_each_generation_and_role() => Assert.Equal(
        ["frontend", "hostile", "lcs2005", "lync2010", "lync2013", "ocs2007r2", "sfb2015", "sfb2019", "strict"], Profile.Names.Order(StringComparer.Ordinal));

    [Fact]
    public void The_generation_of_live_communications_has_its_own_dialect()
    {
        var old = Profile.Find("lcs2005")!;
        Assert.False(old.UsesGruu);
        Assert.False(old.SendsBatchBody);
        Assert.False(old.EmbedsFirstMessage);
        Assert.Equal("x-ms-message", old.MediaToken);
        Assert.DoesNotContain("msrtc-event-categories", old.Accept, StringComparison.Ordinal);
        Assert.Equal(DocumentWriter.Msrtc, DocumentWriter.Choose(old.Formats, [DocumentWriter.Categories, DocumentWriter.Msrtc, DocumentWriter.Pidf]));
        Assert.Equal(DocumentWriter.Categories, DocumentWriter.Choose(Profile.Find("lync2013")!.Formats, [DocumentWriter.Pidf, DocumentWriter.Msrtc, DocumentWriter.Categories]));
    }

    [Fact]
    public void Only_the_elder_ones_ask_for_xpidf() => Assert.Equal(
        ["lcs2005", "lync2010", "ocs2007r2"], Profile.Names.Where(n => Profile.Find(n)!.Accept.Contains("xpidf", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(null, "lync2010", SslProtocols.Tls12)]
    [InlineData("1.3", "lync2010", SslProtocols.Tls13)]
    [InlineData("profile", "sfb2019", SslProtocols.Tls12)]
    public void TLS_is_of_today_unless_the_generation_is_asked_for(string? version, string profile, SslProtocols expected) =>
        Assert.Equal(expected, Identity.Load(new EdgeOptions { Profile = profile, TlsVersion = version }).Protocols);

    [Fact]
    public void TLS_of_the_generation_is_what_it_was_sold_with()
    {
#pragma warning disable SYSLIB0039, CA5397 // What the old servers speak is the fact under test.
        Assert.Equal(SslProtocols.Tls, Identity.Load(new EdgeOptions { Profile = "ocs2007r2", TlsVersion = "profile" }).Protocols);
        Assert.Equal(SslProtocols.Tls | SslProtocols.Tls11 | SslProtocols.Tls12, Identity.Load(new EdgeOptions { Profile = "sfb2015", TlsVersion = "profile" }).Protocols);
#pragma warning restore SYSLIB0039, CA5397
    }

    [Theory]
    [InlineData("DirectPartner", "federation", "off")]
    [InlineData("AutoFederation", "federation", "503")]
    [InlineData("AuthorizedServer", "publiccloud", "off")]
    public async Task The_class_of_the_partner_stands_on_the_internal_hop_and_a_discovered_one_is_rate_limited(string partner, string network, string throttle)
    {
        await using var edge = Station.Edge(change: o => o with { PartnerClass = partner, Traces = true });
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        for (var i = 0; i < 21; i++) await gateway.OpenAsync("OPTIONS", "bo@contoso.example");
        var line = (string)(await edge.EventAsync("internal-hop"))["line"]!;
        Assert.StartsWith("ms-edge-proxy-message-trust: ms-source-type=" + partner + ";", line, StringComparison.Ordinal);
        Assert.EndsWith("ms-source-network=" + network, line, StringComparison.Ordinal);
        var last = 0;
        for (var i = 0; i < 21; i++) last = Math.Max(last, (await gateway.ReceiveAsync("OPTIONS")).Status);
        Assert.Equal(throttle == "off" ? 200 : 503, last);
    }

    [Fact]
    public void A_partner_class_that_does_not_exist_is_a_fault_of_the_command_line()
    {
        Assert.Null(EdgeOptions.Read(["--partner-class", "AutoFed"], out var fault));
        Assert.Contains("AutoFederation", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strict_edge_minds_what_the_field_tolerates()
    {
        await using var edge = Station.Edge("strict");
        await using var gateway = new RawGateway();
        await gateway.DialAsync(edge.Address);
        await gateway.OpenAsync("OPTIONS", "bo@contoso.example", change: t => t.Replace("TLS gw.jabber.example:5061", "TLS 192.0.2.1:5061", StringComparison.Ordinal));
        await edge.EventAsync("violation", v => (string)v["about"]! == "via-literal");

        await using var mild = Station.Edge();
        await using var same = new RawGateway();
        await same.DialAsync(mild.Address);
        await same.OpenAsync("OPTIONS", "bo@contoso.example", change: t => t.Replace("TLS gw.jabber.example:5061", "TLS 192.0.2.1:5061", StringComparison.Ordinal));
        await same.ReceiveAsync("OPTIONS");
        Assert.Empty(await mild.ViolationsAsync());
    }

    [Fact]
    public async Task A_hostile_edge_leaks_its_inside_and_spells_header_names_as_it_likes()
    {
        await using var edge = Station.Edge("hostile");
        await using var gateway = new RawGateway();
        edge.DialsTo(gateway.Address);
        await edge.DoAsync(new { @do = "subscribe", from = "bo@contoso.example", to = "juliet@jabber.example" });
        await gateway.AcceptAsync();
        var subscribe = await gateway.ReceiveAsync("SUBSCRIBE");
        Assert.NotNull(subscribe.Get("ms-edge-proxy-message-trust"));
        Assert.NotNull(subscribe.Get("ms-split-domain-info"));
        Assert.NotNull(subscribe.Get("Proxy-Authorization"));
        Assert.Contains(subscribe.Headers, h => h.Name.All(c => !char.IsLetter(c) || char.IsUpper(c)) && h.Name.Length > 3);
        Assert.Contains(subscribe.Headers, h => h.Name.All(c => !char.IsLetter(c) || char.IsLower(c)));
        Assert.Equal("z9hG4bK", subscribe.TopBranch[..7]);
    }
}
