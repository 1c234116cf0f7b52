namespace Gateway.Transport;

/// <summary>
/// Receiving: one loop, no task per message. STARTTLS happens between two receives, so nothing overlaps a handshake;
/// bytes that had already arrived behind the request end the connection (RFC 6120 §5.4.3.3).
/// </summary>
public sealed partial class TransportConnection
{
    private object? _tlsWanted;

    /// <summary>Asks for TLS as server when the current receive returns; what was sent before (<c>&lt;proceed/&gt;</c>) leaves first.</summary>
    public void StartTls(TlsServerOptions options) => _tlsWanted = options;

    /// <summary>Asks for TLS as client when the current receive returns.</summary>
    public void StartTls(TlsClientOptions options) => _tlsWanted = options;

    /// <summary>Does the handshake of a connection that begins with TLS.</summary>
    internal async Task<bool> SecureAsync(object options, CancellationToken cancel)
    {
        var outcome = await TlsHandshake.RunAsync(this, _hub, options, cancel);
        if (outcome.Reason != TransportReason.None)
        {
            Abort(outcome.Reason, outcome.Detail);
            return false;
        }
        Secured(outcome.Stream!, outcome.Evidence!, outcome.CertificateVersion, outcome.Presented);
        Volatile.Write(ref _lastReceived, _hub.Time.GetTimestamp());
        return true;
    }

    /// <summary>Tells the owner and reads until the end.</summary>
    internal async Task RunAsync(IConnectionHandler handler)
    {
        _handler = handler;
        var buffer = new ReceiveBuffer(_limits.UnreadBytesMax);
        try
        {
            Guarded(static c => c._handler!.OnOpened(c));
            while (await ReceiveOnceAsync(buffer))
            {
                if (_tlsWanted is not null && !await UpgradeAsync(buffer)) break;
            }
        }
        catch (Exception broken) when (IsNetwork(broken))
        {
            Abort(IsRejection(broken) ? TransportReason.HandshakeFailed : TransportReason.ConnectionLost, Words(broken));
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            Failed(bug);
        }
        finally
        {
            buffer.Release();
            await EndAsync(isHandled: true);
        }
    }

    /// <summary>Ends a connection that never got an owner.</summary>
    internal Task DiscardAsync() => EndAsync(isHandled: false);

    internal void Failed(Exception bug)
    {
        _hub.Observer.OnFailed(this, bug);
        Abort(TransportReason.HandlerFailed, bug.Message);
    }

    // False: the peer has closed, or there is no room for what it sends.
    private async ValueTask<bool> ReceiveOnceAsync(ReceiveBuffer buffer)
    {
        // Nothing is held while nothing comes: this read only waits, and TLS beneath it has no buffer meanwhile either.
        if (buffer.IsEmpty) _ = await _stream.ReadAsync(Memory<byte>.Empty);
        if (!buffer.TryMakeRoom(out var room))
        {
            Close(TransportReason.ReceiveBufferFull, $"No message ended within {_limits.UnreadBytesMax} bytes.");
            buffer.Consume(buffer.Unread.Length);
            return true;
        }
        var count = await _stream.ReadAsync(room);
        if (count == 0)
        {
            Close(TransportReason.ClosedByPeer);
            await WhenIdleAsync();
            return false;
        }
        Volatile.Write(ref _bytesIn, _bytesIn + count);
        Volatile.Write(ref _lastReceived, _hub.Time.GetTimestamp());
        buffer.Received(count);
        if (IsClosed) buffer.Consume(buffer.Unread.Length);
        else HandOut(buffer, count);
        return true;
    }

    private void HandOut(ReceiveBuffer buffer, int fresh)
    {
        var unread = buffer.Unread;
        _hub.Tap?.OnBytes(this, isReceived: true, unread.Span[^fresh..]);
        using var batch = SendBatch.Begin();
        try
        {
            var consumed = _handler!.OnReceived(this, unread);
            if ((uint)consumed > (uint)unread.Length) throw new InvalidOperationException($"The handler used {consumed} of {unread.Length} bytes.");
            buffer.Consume(consumed);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            Failed(bug);
        }
    }

    private void Guarded(Action<TransportConnection> tell)
    {
        using var batch = SendBatch.Begin();
        try
        {
            tell(this);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            Failed(bug);
        }
    }

    private async Task<bool> UpgradeAsync(ReceiveBuffer buffer)
    {
        var options = _tlsWanted!;
        _tlsWanted = null;
        if (buffer.Unread.Length > 0)
        {
            buffer.Consume(buffer.Unread.Length);
            Close(TransportReason.StartTlsInjection, "Bytes followed the request for STARTTLS.");
            return true;
        }
        await PauseAsync();
        var isSecured = !IsClosed && await SecureAsync(options, CancellationToken.None);
        Resume();
        if (isSecured) Guarded(static c => c._handler!.OnSecured(c));
        return isSecured;
    }

    private async Task EndAsync(bool isHandled)
    {
        Abort(TransportReason.ConnectionLost);
        await WhenIdleAsync();
        await _stream.DisposeAsync();
        _writing.Release();
        lock (_sendGate) _pending.Release();
        using var batch = SendBatch.Begin();
        try
        {
            ReportClosed(isHandled);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            _hub.Observer.OnFailed(this, bug);
        }
    }

    // In TLS 1.3 a client is done before the server has judged it: the alert that refuses our certificate comes as the first read.
    private bool IsRejection(Exception broken) =>
        BytesIn == _bytesInPlain && _evidence.IsEncrypted
        && broken is IOException { InnerException: not (null or System.Net.Sockets.SocketException) } or System.Security.Authentication.AuthenticationException;

    // "… failed, see inner exception." says nothing to an operator; what it wraps does.
    internal static string Words(Exception broken)
    {
        if (broken.InnerException is not { } inner) return broken.Message;
        return broken.Message.EndsWith("see inner exception.", StringComparison.Ordinal) ? Words(inner)
            : broken.Message.Contains(inner.Message, StringComparison.Ordinal) ? broken.Message
            : $"{broken.Message} {Words(inner)}";
    }
}
