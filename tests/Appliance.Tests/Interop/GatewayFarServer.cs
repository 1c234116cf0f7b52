using System.Globalization;
using Lab;
using Lab.Appliance;
using Lab.Processes;
using Lab.Sip;

namespace Appliance.Tests.Interop;

/// <summary>Another appliance of ours, with an edge behind it.</summary>
public sealed class GatewayFarServer(GatewayProcess gateway, LyncEdge edge) : FarServer
{
    public override async Task SendAsync(string from, string to, string id, string body) =>
        await edge.DoAsync("message", ("from", id + from), ("to", to), ("text", body));

    public override Task ArrivesAsync(string domain, string body) => edge.TakeAsync("message", Stage.Soon, ("text", body));

    public override async Task<string> FailsAsync(string domain, string to, string id)
    {
        var result = await edge.Events.TakeAsync(
            $"the sender {id} of {domain} is told that it failed",
            e => e.Is("message-result") && e.At("from")!.StartsWith(id, StringComparison.Ordinal) && int.Parse(e.At("status")!, CultureInfo.InvariantCulture) >= 400, Stage.Soon);
        await gateway.LineAsync($"the other gateway tells why {to} was not reached", l => l.Contains(to, StringComparison.Ordinal) && l.Contains(": xmpp.", StringComparison.Ordinal), Stage.Soon);
        return JsonProcess.Print(result);
    }

    public override Task RefusedAsync(string domain, string foreign) => gateway.LineAsync(
        $"the other gateway tells that the stream of {foreign} ended", l => l.Contains("from " + foreign, StringComparison.Ordinal) && l.Contains("ended: xmpp.", StringComparison.Ordinal), Stage.Soon);

    public override async ValueTask DisposeAsync()
    {
        await edge.DisposeAsync();
        await gateway.DisposeAsync();
    }
}
