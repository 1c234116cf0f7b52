using System.Globalization;
using Lab;
using Lab.Appliance;
using Lab.Processes;
using Lab.Sip;

namespace Appliance.Tests.Interop;

/// <summary>Another appliance of ours, with an edge behind it.</summary>
public sealed class GatewayFarServer(GatewayProcess gateway, LyncEdge edge) : FarServer
{
    public override async Task SendAsync(Cell cell, string to, string id, string body) =>
        await edge.DoAsync("message", ("from", $"{id}romeo@{cell.Far}"), ("to", to), ("text", body));

    public override Task ArrivesAsync(Cell cell, string body) => edge.TakeAsync("message", Stage.Soon, ("text", body));

    public override async Task FailsAsync(Cell cell, string id) => await edge.Events.TakeAsync(
        $"the sender {id} of {cell} is told that it failed",
        e => e.Is("message-result") && e.At("from")!.StartsWith(id + "romeo", StringComparison.Ordinal) && int.Parse(e.At("status")!, CultureInfo.InvariantCulture) >= 400, Stage.Soon);

    public override async Task RefusedAsync(Cell cell)
    {
        var words = (cell.Tls?.Ours, cell.IsIn) switch
        {
            ("required", _) => "ended: xmpp.TlsForbidden: ",
            ("forbidden", true) => "ended: xmpp.TlsRequired: ",
            ("forbidden", false) => "policy-violation: TLS is not used with this server.",
            _ => cell.Reason,
        };
        await gateway.LineAsync($"the other gateway tells why {cell} did not stand: {words}",
            l => l.Contains($"XMPP stream {(cell.IsIn ? "to" : "from")} {cell.Near} (", StringComparison.Ordinal) && l.Contains(words, StringComparison.Ordinal), Stage.Soon);
    }

    protected override (string Reason, string Words) OursWithoutTls(Cell cell) =>
        cell.Tls?.Ours == "required" ? ("xmpp.PeerStreamError", "TLS is not used with this server.") : ("xmpp.TlsForbidden", "");

    protected override (string Reason, string Words) OursRefused(Cell cell) => throw new InvalidOperationException("the other gateway's certificate is the one in question");

    public override async ValueTask DisposeAsync()
    {
        await edge.DisposeAsync();
        await gateway.DisposeAsync();
    }
}
