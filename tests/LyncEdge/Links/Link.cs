using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using LyncEdge.Wire;

namespace LyncEdge.Links;

/// <summary>
/// One TLS connection to or from the gateway. Reading and writing run on their own; everything they find is posted to the edge's mailbox.
/// </summary>
public sealed class Link(int number, bool isInbound, Socket socket, ILinkOwner owner, int seed = 0) : IDisposable
{
    private readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<byte[]> _held = [];
    private readonly Random _random = new(seed + number);
    private SslStream? _stream;
    private string? _refusal;
    private int _ended;
    private bool _isOver;

    public int Number => number;

    public bool IsInbound => isInbound;

    public bool IsOpen { get; private set; }

    public bool IsEnded => _ended != 0;

    public WriteHabit Habit { get; set; } = new();

    /// <summary>Runs while nothing is said; the edge closes what is idle (field fact H2).</summary>
    public IDisposable? IdleTimer { get; set; }

    public async Task RunAsync(Identity identity, Func<CancellationToken, Task>? connect)
    {
        var reason = "closed by peer";
        try
        {
            if (connect is not null) await connect(CancellationToken.None);
            socket.NoDelay = true;
            _stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            RemoteCertificateValidationCallback callback = (_, certificate, chain, _) => (_refusal = identity.Refuses(certificate, chain)) is null;
            if (isInbound) await _stream.AuthenticateAsServerAsync(identity.ServerOptions(callback));
            else await _stream.AuthenticateAsClientAsync(identity.ClientOptions(callback));
            // Asked now: when the mailbox gets to it, the connection may have been dropped already.
            var (protocol, subject) = (_stream.SslProtocol.ToString(), _stream.RemoteCertificate?.Subject ?? "");
            owner.Post(() =>
            {
                if (_isOver) return;
                IsOpen = true;
                owner.OnOpen(this, protocol, subject);
            });
            var writing = WriteLoopAsync(_stream);
            await ReadLoopAsync(_stream);
            _outgoing.Writer.TryComplete();
            await writing;
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException)
        {
            reason = _refusal ?? e.Message + (e.InnerException is { } inner ? ": " + inner.Message : "");
        }

        End(reason);
    }

    /// <summary>Called in the mailbox only.</summary>
    public void Send(byte[] bytes)
    {
        if (Habit.Holds) _held.Add(bytes);
        else _outgoing.Writer.TryWrite(bytes);
    }

    public void Release()
    {
        Habit = Habit with { Holds = false };
        if (_held.Count > 0) _outgoing.Writer.TryWrite([.. _held.SelectMany(b => b)]);
        _held.Clear();
    }

    public void Drop(bool abort, string? why = null)
    {
        if (abort) socket.LingerState = new LingerOption(enable: true, seconds: 0);
        // The reason first: the read that the close fails must not tell another.
        End(why ?? (abort ? "aborted by us" : "closed by us"));
        socket.Close();
    }

    public void Dispose()
    {
        _outgoing.Writer.TryComplete();
        _stream?.Dispose();
        socket.Dispose();
    }

    private void End(string reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        _outgoing.Writer.TryComplete();
        owner.Post(() =>
        {
            var wasOpen = IsOpen;
            (IsOpen, _isOver) = (false, true);
            IdleTimer?.Dispose();
            owner.OnEnd(this, wasOpen, reason, _refusal);
            Dispose();
        });
    }

    private async Task ReadLoopAsync(SslStream stream)
    {
        var framer = new SipFramer();
        var buffer = ArrayPool<byte>.Shared.Rent(32 * 1024);
        var keepAlives = 0;
        while (true)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0) break;
            framer.Add(buffer.AsSpan(0, count));
            while (framer.Next() is { } message) owner.Post(() => owner.OnMessage(this, message));
            if (framer.KeepAlives != keepAlives)
            {
                keepAlives = framer.KeepAlives;
                owner.Post(() => owner.OnKeepAlive(this));
            }

            if (framer.Fault is not { } fault) continue;
            owner.Post(() => owner.OnUnreadable(this, fault));
            break;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async Task WriteLoopAsync(SslStream stream)
    {
        try
        {
            await foreach (var bytes in _outgoing.Reader.ReadAllAsync())
            {
                if (Habit.IsRandom)
                {
                    await WriteAnyhowAsync(stream, bytes);
                    continue;
                }

                if (Habit.PadsWithKeepAlives) await stream.WriteAsync("\r\n\r\n"u8.ToArray());
                if (!Habit.OneByteAtATime)
                {
                    await stream.WriteAsync(bytes);
                    continue;
                }

                foreach (var one in bytes) await stream.WriteAsync(new[] { one });
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            End("write failed: " + e.Message);
        }
    }

    /// <summary>Line breaks before it or not, joined with what waits or not, then whole, in pieces or one byte a record.</summary>
    private async Task WriteAnyhowAsync(SslStream stream, byte[] bytes)
    {
        var all = new List<byte>();
        for (var pads = _random.Next(3); pads > 0; pads--) all.AddRange("\r\n\r\n"u8);
        all.AddRange(bytes);
        while (_random.Next(2) == 0 && _outgoing.Reader.TryRead(out var next)) all.AddRange(next);
        var whole = all.ToArray();
        var piece = _random.Next(4) switch { 0 => 1, 1 => 1 + _random.Next(64), _ => whole.Length };
        for (var at = 0; at < whole.Length; at += piece) await stream.WriteAsync(whole.AsMemory(at, Math.Min(piece, whole.Length - at)));
    }
}
