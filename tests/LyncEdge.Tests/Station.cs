using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using LyncEdge.Control;

namespace LyncEdge.Tests;

/// <summary>An edge inside the test: commands go in, and each expectation waits for the event that fulfils it.</summary>
public sealed class Station : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly Channel<JsonObject> _arriving = Channel.CreateUnbounded<JsonObject>();
    private readonly List<JsonObject> _unread = [];
    private readonly List<string> _log = [];
    private readonly AccessEdge _edge;
    private readonly Task _running;
    private int _ids;

    private Station(EdgeOptions options, TimeProvider? time)
    {
        _edge = new AccessEdge(options, Take, time ?? TimeProvider.System);
        Address = _edge.Start();
        _running = _edge.RunAsync();
    }

    public IPEndPoint Address { get; }

    /// <summary>The Microsoft side, which takes the other station for its gateway.</summary>
    public static Station Edge(string profile = "lync2013", Func<EdgeOptions, EdgeOptions>? change = null, TimeProvider? time = null)
    {
        var options = new EdgeOptions
        {
            Profile = profile, Listen = new IPEndPoint(IPAddress.Loopback, 0), AuthorityFile = LabCertificates.Shared.AuthorityFile,
            CertificateFile = LabCertificates.Shared.Of("sip.contoso.example"), GatewayHost = "gw.jabber.example", Seed = 7,
        };
        return new Station(change is null ? options : change(options), time);
    }

    /// <summary>A second emulator in the gateway's place.</summary>
    public static Station Gateway(Func<EdgeOptions, EdgeOptions>? change = null) => Edge(change: o =>
    {
        o = o with
        {
            Fqdn = "gw.jabber.example", Domains = ["jabber.example"], GatewayHost = "sip.contoso.example",
            CertificateFile = LabCertificates.Shared.Of("gw.jabber.example"), Seed = 11,
        };
        return change is null ? o : change(o);
    });

    public async Task<JsonObject> DoAsync(object command)
    {
        var id = ++_ids;
        var line = System.Text.Json.JsonSerializer.SerializeToNode(command)!.AsObject();
        line["id"] = id;
        _edge.Command(line.ToJsonString());
        return await FindAsync("answer to " + line.ToJsonString(), o => (int?)o["id"] == id);
    }

    /// <summary>Waits for the first event of this name that fits; events before it stay readable for others.</summary>
    public Task<JsonObject> EventAsync(string name, Func<JsonObject, bool>? fits = null) =>
        FindAsync("event " + name, o => (string?)o["event"] == name && (fits is null || fits(o)));

    public void DialsTo(Station other) => _edge.Post(() => _edge.Links.Gateway = other.Address);

    public void DialsTo(IPEndPoint other) => _edge.Post(() => _edge.Links.Gateway = other);

    public async Task<IReadOnlyList<string>> ViolationsAsync()
    {
        var answer = await DoAsync(new { @do = "expectations" });
        return [.. answer["violations"]!.AsArray().Select(v => (string)v!["rule"]! + " " + (string)v["about"]!)];
    }

    /// <summary>Everything told so far; an answered command makes sure that all of it is here.</summary>
    public async Task<IReadOnlyList<JsonObject>> SeenAsync()
    {
        await DoAsync(new { @do = "state" });
        lock (_log) return [.. _log.Select(l => JsonNode.Parse(l)!.AsObject())];
    }

    public async ValueTask DisposeAsync()
    {
        _edge.Quit();
        await _running;
        _edge.Dispose();
    }

    private void Take(string line)
    {
        lock (_log) _log.Add(line);
        _arriving.Writer.TryWrite(JsonNode.Parse(line)!.AsObject());
    }

    private async Task<JsonObject> FindAsync(string what, Func<JsonObject, bool> fits)
    {
        using var limit = new CancellationTokenSource(Deadline);
        var at = _unread.FindIndex(o => fits(o));
        try
        {
            while (at < 0)
            {
                _unread.Add(await _arriving.Reader.ReadAsync(limit.Token));
                if (fits(_unread[^1])) at = _unread.Count - 1;
            }
        }
        catch (OperationCanceledException e)
        {
            lock (_log) throw new TimeoutException("waited for " + what + "; saw\n" + string.Join('\n', _log.TakeLast(40)), e);
        }

        var found = _unread[at];
        _unread.RemoveAt(at);
        return found;
    }
}
