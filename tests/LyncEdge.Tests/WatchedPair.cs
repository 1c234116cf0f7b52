using System.Text.Json.Nodes;

namespace LyncEdge.Tests;

/// <summary>Two stations where juliet already watches bo; her first NOTIFY has been read.</summary>
public sealed class WatchedPair : IAsyncDisposable
{
    private WatchedPair(Station edge, Station gateway)
    {
        Edge = edge;
        Gateway = gateway;
    }

    public Station Edge { get; }

    public Station Gateway { get; }

    public static async Task<WatchedPair> CreateAsync(int? expires = null, Func<Control.EdgeOptions, Control.EdgeOptions>? change = null)
    {
        var pair = new WatchedPair(Station.Edge(change: change), Station.Gateway());
        pair.Edge.DialsTo(pair.Gateway);
        pair.Gateway.DialsTo(pair.Edge);
        await pair.Gateway.DoAsync(new { @do = "subscribe", from = "juliet@jabber.example", to = "bo@contoso.example", accept = "application/pidf+xml", expires, auto = expires is null });
        await pair.NotifyAsync();
        return pair;
    }

    /// <summary>What the watcher saw next.</summary>
    public Task<JsonObject> NotifyAsync() => Gateway.EventAsync("notify");

    public async ValueTask DisposeAsync()
    {
        await Edge.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}
