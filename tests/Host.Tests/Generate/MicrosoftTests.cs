using Conformance;
using Gateway.Federation;
using Gateway.Host.Generate;
using Gateway.Host.Verbs;
using Host.Tests.Configuration;

namespace Host.Tests.Generate;

/// <summary>What the Microsoft administrator is given to paste names us, our port and every domain behind us; it can be taken back; it is the same each time.</summary>
public sealed class MicrosoftTests : IDisposable
{
    private static readonly MicrosoftPlace Place = new() { Registrar = "pool.contoso.example", Site = "1", Pool = "gwpool.contoso.example" };
    private readonly Sample sample = new();

    public void Dispose() => sample.Dispose();

    [Fact, Item("PIF-100"), Item("PIF-101"), Item("PIF-102"), Item("PIF-105"), Item("PIF-106"), Item("PIF-119")]
    public void A_front_end_gets_a_route_for_each_domain_and_trust_for_our_name()
    {
        var text = MicrosoftShell.Write(Side(), MicrosoftForm.FrontEnd, Place, isUndo: false);

        foreach (var domain in (string[])["jabber.example", "other.example"])
            Assert.Contains($"New-CsStaticRoute -TLSRoute -Destination gw.jabber.example -Port 5061 -UseDefaultCertificate $true -MatchUri {domain}\n", text, StringComparison.Ordinal);
        Assert.Contains("New-CsTrustedApplicationPool -Identity gwpool.contoso.example -Registrar pool.contoso.example -Site 1 -ComputerFqdn gw.jabber.example", text, StringComparison.Ordinal);
        Assert.Contains("-TreatAsAuthenticated $true -ThrottleAsServer $true -RequiresReplication $false -OutboundOnly $false", text, StringComparison.Ordinal);
        Assert.Contains("New-CsTrustedApplication -ApplicationId xmppgateway -TrustedApplicationPoolFqdn gwpool.contoso.example -Port 5061\n", text, StringComparison.Ordinal);
        Assert.Equal(2, Count(text, "Set-CsStaticRoutingConfiguration -Identity Global -Route @{Add="));
        Assert.Contains("\nEnable-CsTopology\n", text, StringComparison.Ordinal);
        Assert.Equal(text, MicrosoftShell.Write(Side(), MicrosoftForm.FrontEnd, Place, isUndo: false));
    }

    [Fact, Item("PIF-119")]
    public void Whatever_a_script_adds_its_undo_removes()
    {
        var edge = MicrosoftShell.Write(Side(), MicrosoftForm.Edge, Place, isUndo: true);
        var frontEnd = MicrosoftShell.Write(Side(), MicrosoftForm.FrontEnd, Place, isUndo: true);

        Assert.Equal(2, Count(edge, "Remove-CsAllowedDomain -Identity"));
        Assert.Equal(2, Count(frontEnd, "-Route @{Remove="));
        Assert.Contains("Remove-CsTrustedApplicationPool -Identity gwpool.contoso.example", frontEnd, StringComparison.Ordinal);
        Assert.Contains("Host Authorization, Remove: gw.jabber.example", OcsSteps.Write(Side(), MicrosoftForm.FrontEnd, isUndo: true), StringComparison.Ordinal);
    }

    [Theory, Item("PSB-064")]
    [InlineData("All of them fit *.one.example", "a.one.example", "b.one.example")]
    [InlineData("They have nothing in common", "one.example", "other.example")]
    public void Several_domains_of_ours_are_told_with_the_wildcard_that_fits_them_or_that_none_does(string words, params string[] domains)
    {
        var text = MicrosoftShell.Write(Side() with { DomainsThroughUs = [.. domains] }, MicrosoftForm.Edge, Place, isUndo: false);

        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.All(domains, d => Assert.Contains($"_sipfederationtls._tcp.{d}. IN SRV 0 0 5061 gw.jabber.example.", text, StringComparison.Ordinal));
        Assert.DoesNotContain(words, MicrosoftShell.Write(Side() with { DomainsThroughUs = [domains[0]] }, MicrosoftForm.Edge, Place, isUndo: false), StringComparison.Ordinal);
    }

    [Fact]
    public void An_edge_gets_an_allowed_domain_with_our_name_so_that_we_are_no_discovered_partner()
    {
        var text = MicrosoftShell.Write(Side(), MicrosoftForm.Edge, Place, isUndo: false);

        Assert.Contains("New-CsAllowedDomain -Identity \"jabber.example\" -ProxyFqdn \"gw.jabber.example\"", text, StringComparison.Ordinal);
        Assert.Contains("_sipfederationtls._tcp.other.example. IN SRV 0 0 5061 gw.jabber.example.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("contoso.example\" -ProxyFqdn", text, StringComparison.Ordinal);
    }

    [Fact, Item("PIF-110"), Item("PIF-111"), Item("PIF-112"), Item("PIF-113"), Item("PIF-114"), Item("PIF-116"), Item("PIF-117")]
    public void OCS_gets_its_dialogs_with_the_values_filled_in()
    {
        var text = OcsSteps.Write(Side(), MicrosoftForm.FrontEnd, isUndo: false);

        Assert.Contains("All, 5061, MTLS", text, StringComparison.Ordinal);
        Assert.Contains("Domain: jabber.example    [ ] Phone URI    Next hop: FQDN gw.jabber.example, TLS, port 5061    [ ] Replace host in request URI", text, StringComparison.Ordinal);
        Assert.Equal(2, Count(text, "[ ] Outbound Only    [x] Throttle as Server    [x] Treat as Authenticated"));
        Assert.Contains("FIPS compliant algorithms", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partner_list_leaves_out_the_domains_that_may_not_talk_with_the_peer()
    {
        var model = sample.Read(Sample.Good.Replace("[\"jabber.example\"]", "[\"jabber.example\", \"other.example\"]", StringComparison.Ordinal)
            .Replace("[\"contoso.example\"]", "[\"contoso.example\"], \"partnerDomains\": [\"other.example\"]", StringComparison.Ordinal)).Model!;

        Assert.Equal("other.example", Assert.Single(FarSide.Of(model, model.Federation.Peers[0]).DomainsThroughUs));
    }

    [Fact]
    public async Task The_verb_needs_no_name_where_there_is_one_peer_and_says_which_there_are_where_it_has_none()
    {
        _ = sample.Read(Sample.Good);

        Assert.Equal(ExitCodes.Good, await GatewayCommand.RunAsync(["generate", "sfb", "--form", "front-end", "--config", sample.File]));
        Assert.Equal(ExitCodes.Good, await GatewayCommand.RunAsync(["generate", "ocs", "contoso", "--undo", "--config", sample.File]));
        Assert.Equal(ExitCodes.Usage, await GatewayCommand.RunAsync(["generate", "lync", "jabber", "--config", sample.File]));
        Assert.Equal(ExitCodes.Usage, await GatewayCommand.RunAsync(["generate", "lync", "--form", "sideways", "--config", sample.File]));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private FarSide Side()
    {
        var model = sample.ReadWith("\"fromDomains\": [\"jabber.example\"]", "\"fromDomains\": [\"jabber.example\", \"other.example\"]").Model!;
        return FarSide.Of(model, model.Federation.Peers.Single(p => p.Protocol == Protocol.Sip));
    }
}
