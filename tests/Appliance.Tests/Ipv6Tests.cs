using System.Text.Json;
using Lab;
using Lab.Processes;

namespace Appliance.Tests;

/// <summary>An edge that is known by AAAA records alone, and a gateway whose SIP listener has no IPv4 address: messages cross both ways, and no address stands where a name belongs.</summary>
public sealed class Ipv6Tests(Ipv6Tests.Ipv6Stage fixture) : IClassFixture<Ipv6Tests.Ipv6Stage>
{
    private Stage Stage => fixture.Stage;

    [Fact, Item("OCS-032"), Clause("RFC 3263", "4.2")]
    public async Task Messages_cross_both_ways_over_IPv6_and_names_stay_names()
    {
        await Calls.NobodyNoticesAsync(Stage);

        var (code, text) = await Stage.Gateway.VerbAsync("status", "--json");
        Assert.Equal(0, code);
        using var status = JsonDocument.Parse(text);
        var contoso = status.RootElement.GetProperty("peers").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "contoso");
        Assert.All(contoso.GetProperty("connections").EnumerateArray(), c => Assert.StartsWith("[::1]:", c.GetProperty("remote").GetString(), StringComparison.Ordinal));
        Assert.True(contoso.GetProperty("connections").GetArrayLength() > 0);

        // The edge watches every Contact, Via and Record-Route of ours for literals.
        Assert.Equal(0, Stage.Edge.Events.Count(e => e.Is("violation")));
    }

    [Fact, Item("PS-056")]
    public async Task Doctor_walks_to_an_edge_at_an_IPv6_address()
    {
        var (code, text) = await Stage.Gateway.VerbAsync("doctor", "contoso", "--json");

        Assert.True(code == 0, text);
        var steps = DoctorSteps.Of(text);
        Assert.Contains(steps, s => s is ("tcp and tls", "good", _) && s.Text.Contains("([::1]:", StringComparison.Ordinal));
        Assert.Contains(steps, s => s is ("options", "good", _) && s.Text.Contains("200", StringComparison.Ordinal));
    }

    /// <summary>The stage.</summary>
    public sealed class Ipv6Stage() : StageFixture(new StageOptions("lync2013") { UsesIPv6 = true });
}
