using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using XmppPeer.Control;
using XmppPeer.Streams;
using XmppPeer.Trust;
using XmppPeer.Wire;

namespace XmppPeer;

/// <summary>An XMPP server of any number of domains: takes streams, opens streams, and does exactly what each domain's persona says.</summary>
public sealed class Server : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Persona> _personas = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, IPEndPoint> _routes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Outgoing> _outgoing = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<int, PeerStream> _streams = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly PeerOptions _options;

    public Server(PeerOptions options, EventLog events)
    {
        (_options, Events) = (options, events);
        Trust = new Identity(options.AuthorityFile);
    }

    public EventLog Events { get; }

    public Identity Trust { get; }

    public CancellationToken Stopping => _stopping.Token;

    public void Start()
    {
        Listen(_options.Listen, isDirect: false);
        if (_options.ListenTls is { } direct) Listen(direct, isDirect: true);
        Events.Emit("ready");
    }

    public void Put(Persona persona) => _personas[persona.Domain] = persona;

    public Persona? Find(string domain) => _personas.GetValueOrDefault(domain);

    public Persona Need(string domain) => Find(domain) ?? throw new CommandFault(domain + " is no domain of ours");

    public void Route(string domain, IPEndPoint end) => _routes[domain] = end;

    public IPEndPoint EndOf(string domain) =>
        _routes.TryGetValue(domain, out var end) ? end : _options.Gateway ?? throw new CommandFault("no route to " + domain);

    /// <summary>The stream from one of our domains to a foreign one, made when there is none.</summary>
    public Outgoing StreamFor(string from, string to)
    {
        var key = from + " " + to;
        return _outgoing.AddOrUpdate(key, _ => new Outgoing(this, Need(from), to), (_, old) => old.IsOver ? new Outgoing(this, Need(from), to) : old);
    }

    public PeerStream Add(PeerStream stream) => _streams[stream.Number] = stream;

    public void Remove(PeerStream stream) => _streams.TryRemove(stream.Number, out _);

    /// <summary>Cuts connections without a word: one, or all.</summary>
    public int Abort(int? number)
    {
        var chosen = _streams.Values.Where(s => number is null || s.Number == number).ToList();
        foreach (var stream in chosen) stream.Abort();
        return chosen.Count;
    }

    public int Count => _streams.Count;

    public void StopListening()
    {
        foreach (var listener in _listeners) listener.Stop();
        _listeners.Clear();
    }

    public void ListenAgain()
    {
        if (_listeners.Count == 0) Listen(_options.Listen, isDirect: false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        StopListening();
        Abort(null);
        _stopping.Dispose();
    }

    private void Listen(IPEndPoint end, bool isDirect)
    {
        var listener = new TcpListener(end);
        listener.Start(512);
        _listeners.Add(listener);
        _ = AcceptAsync(listener, isDirect);
    }

    private async Task AcceptAsync(TcpListener listener, bool isDirect)
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                var stream = Add(new PeerStream(await listener.AcceptSocketAsync(_stopping.Token), Events));
                _ = new Incoming(this, stream, isDirect).RunAsync();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Events.Emit("listener-ended");
        }
    }
}
