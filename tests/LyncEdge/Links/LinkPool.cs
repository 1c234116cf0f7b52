using System.Net;
using System.Net.Sockets;
using LyncEdge.Control;

namespace LyncEdge.Links;

/// <summary>
/// The connections of the edge: those the gateway opened and up to four of our own (field fact A4), used in turn so that the
/// requests of one dialog arrive over different ones. All methods run in the mailbox.
/// </summary>
public sealed class LinkPool(EdgeOptions options, ILinkOwner owner) : IDisposable
{
    private readonly List<Link> _links = [];
    private readonly Link?[] _own = new Link?[4];
    private Socket? _listener;
    private int _next;
    private int _numbers;

    public IReadOnlyList<Link> All => _links;

    public Identity Identity { get; set; } = Identity.Load(options);

    public int Size { get; set; } = options.Connections;

    public IPEndPoint? Gateway { get; set; } = options.Gateway;

    public WriteHabit Habit { get; set; } = new();

    public IPEndPoint Listen()
    {
        _listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        _listener.Bind(options.Listen);
        _listener.Listen(128);
        _ = AcceptLoopAsync(_listener);
        return (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Stops accepting, as a peer does whose machine is down. <see cref="Listen"/> opens again.</summary>
    public void StopListening()
    {
        _listener?.Dispose();
        _listener = null;
    }

    /// <summary>The next connection in turn, dialled if that place is empty.</summary>
    public Link? Next()
    {
        if (options.ReusesInbound && _links.Find(l => l is { IsInbound: true, IsOpen: true }) is { } inbound) return inbound;
        if (Gateway is null) return _links.Find(l => l.IsOpen);
        var place = _next++ % Size;
        if (_own[place] is { IsEnded: false } live) return live;
        return _own[place] = Dial(Identity);
    }

    /// <summary>The connection a command names; null when it names none.</summary>
    public Link? Chosen(int? number) => number is null ? null : _links.Find(l => l.Number == number) ?? throw new CommandFault("no such connection: " + number);

    public Link Dial(Identity identity)
    {
        var target = Gateway ?? throw new CommandFault("no --gateway to dial");
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var link = Add(isInbound: false, socket);
        _ = link.RunAsync(identity, token => socket.ConnectAsync(target, token).AsTask());
        return link;
    }

    public void Remove(Link link) => _links.Remove(link);

    public void Dispose()
    {
        StopListening();
        foreach (var link in _links.ToArray()) link.Drop(abort: false);
    }

    private Link Add(bool isInbound, Socket socket)
    {
        var link = new Link(++_numbers, isInbound, socket, owner, options.Seed ?? 0) { Habit = Habit };
        _links.Add(link);
        return link;
    }

    private async Task AcceptLoopAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                owner.Post(() => _ = Add(isInbound: true, socket).RunAsync(Identity, connect: null));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            owner.Post(() => owner.OnListenerClosed(e.Message));
        }
    }
}
