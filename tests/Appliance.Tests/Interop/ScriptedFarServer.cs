using Lab;
using Lab.Processes;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>The scripted peer.</summary>
public sealed class ScriptedFarServer(ScriptedPeer peer) : FarServer
{
    public ScriptedPeer Peer => peer;

    public override Task SendAsync(Cell cell, string to, string id, string body) => peer.DoAsync("send", ("from", "romeo@" + cell.Far), ("to", to), ("stanza", id), ("body", body));

    public override Task ArrivesAsync(Cell cell, string body) => peer.TakeAsync("message", Stage.Soon, ("body", body));

    public override Task FailsAsync(Cell cell, string id) => peer.Events.TakeAsync(
        $"{cell.Far} could not send {id}", e => e.Is("unsent") && e.Has("ours", cell.Far) && e.At("text")!.Contains($"id='{id}'", StringComparison.Ordinal), Stage.Soon);

    public override async Task RefusedAsync(Cell cell)
    {
        var (name, field, words) = WordsOf(cell);
        await peer.Events.SeeAsync($"the scripted peer tells why {cell} did not stand: {name} {words}",
            e => e.Is(name) && e.Has("ours", cell.Far) && e.Has("way", cell.IsIn ? "out" : "in") && e.At(field)?.Contains(words, StringComparison.Ordinal) == true, Stage.Soon);
        if (!cell.IsIn || cell.Tls is not null) return;

        // One way after the other, and none that its policy has not (field fact E4): TLS from the first byte where it is told to, STARTTLS, and where it would take dialback, in clear.
        string[] order = [.. cell.IsDirect ? ["true false"] : Array.Empty<string>(), "false false", .. cell.Policy == "required" ? Array.Empty<string>() : ["false true"]];
        Assert.Equal(order, peer.Events.All().Where(e => e.Is("attempt") && e.Has("ours", cell.Far)).Select(e => $"{e.At("direct")} {e.At("clear")}"));
    }

    public override ValueTask DisposeAsync() => peer.DisposeAsync();

    protected override (string Reason, string Words) OursWithoutTls(Cell cell) => cell.Tls?.Ours == "required" ? ("xmpp.TlsRequired", "") : ("xmpp.ConnectionLost", "no TLS was offered");

    protected override (string Reason, string Words) OursRefused(Cell cell) => cell.IsIn
        ? ("xmpp.ConnectionLost", OwnFault(cell, "it may not know the authority"))
        : ("xmpp.NoWayToAuthenticate", OwnFault(cell, "Neither EXTERNAL nor"));

    private static (string Event, string Field, string Words) WordsOf(Cell cell) => (cell.Tls?.Ours, cell.IsIn, cell.Whose) switch
    {
        ("required", true, _) => ("refused", "reason", "dialback-policy-violation"),
        ("required", false, _) => ("refused", "reason", "starttls was not offered"),
        ("forbidden", true, _) => ("refused", "reason", "no-tls"),
        ("forbidden", false, _) => ("stream-error", "text", "TLS is not used with this server."),
        (_, _, Cell.Ours) => ("refused", "reason", cell.Certificate),
        _ => ("stream-error", "text", cell.Reason),
    };
}
