using Lab;
using Lab.Names;
using Lab.Sip;

namespace Appliance.Tests.Interop;

/// <summary>DNS changes under a running gateway: the next connection goes where the name leads now, without a restart.</summary>
public sealed class NameChangeTests
{
    [Fact, Item("RN-026")]
    public async Task An_edge_that_moves_to_another_address_is_found_there()
    {
        await using var stage = await Stage.OpenAsync(new StageOptions("lync2013"));
        var juliet = await stage.Client.LogInAsync(stage.Prosody, stage.NewName("juliet"));
        var bo = $"{stage.NewName("bo")}@{Stage.SipDomain}";
        await juliet.DoAsync("message", ("to", bo), ("body", "at the old address"));
        await stage.Edge.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "at the old address"));

        // The same edge on another machine: same name, same port, same certificate, another address.
        await stage.Edge.DoAsync("stop-listening");
        await stage.MoveEdgeNameAsync("127.0.0.77");
        await using var moved = await LyncEdge.StartAsync(stage.Directory, stage.Parts.EdgeOptions with { Name = "moved", Address = "127.0.0.77" });
        var closed = await stage.Gateway.MetricAsync("gateway_transport_connections_closed_total");
        var dropped = (int)(await stage.Edge.DoAsync("drop"))["dropped"]!;
        await stage.Gateway.MetricPassesAsync(closed + dropped, "gateway_transport_connections_closed_total");

        await juliet.DoAsync("message", ("to", bo), ("body", "at the new one"));
        await moved.TakeAsync("message", Stage.Soon, ("to", bo), ("text", "at the new one"));
        Assert.Equal(0, juliet.Count("message", ("type", "error")));
    }
}
