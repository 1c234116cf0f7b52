using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Gateway.Transport;

/// <summary>
/// Sending. Whoever finds the queue unclaimed claims it, and writes on its own thread; others only append. The claim is
/// held until the queue is empty, so writes never overlap and leave in order:
/// <code>
///   idle ──send──▸ claimed ──flush──▸ writing ──queue empty──▸ idle
///                                        └──more queued──▸ writing
/// </code>
/// </summary>
public sealed partial class TransportConnection : IThreadPoolWorkItem
{
    private const int WriteBytesMax = 64 * 1024;
    private const int RoundsInlineMax = 8;

    private readonly Lock _sendGate = new();
    private readonly Action _continueFlush;
    private SendBuffer _pending = new();
    private SendBuffer _writing = new();
    private int _written;
    private int _writingNow;
    private int _unsent;
    private bool _isClaimed;
    private bool _isFinished;
    private bool _isLastSent;
    private long _writingSince;
    private long _closingSince;
    private volatile TransportReason _end;
    private string _endDetail = "";
    private TaskCompletionSource? _idle;
    private int _attempted;
    private ArrayBufferWriter<byte>? _lost;
    private int _lostAttempted;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _write;

    /// <summary>Bytes queued and not yet taken by the kernel.</summary>
    public int UnsentBytes => Volatile.Read(ref _unsent);

    /// <summary>
    /// Set by an owner who wants to send elsewhere what this connection could not: then <see cref="TakeUnsent"/> has it when the connection has ended.
    /// </summary>
    public bool KeepsUnsent { get; set; }

    /// <summary>
    /// What was accepted and had not wholly left when the connection ended, beginning with a whole send; meant for <see cref="IConnectionHandler.OnClosed"/>. The first
    /// <c>Attempted</c> bytes may have reached the peer, the others have not.
    /// </summary>
    public (ReadOnlyMemory<byte> Bytes, int Attempted) TakeUnsent()
    {
        var lost = _lost;
        _lost = null;
        return lost is null ? (ReadOnlyMemory<byte>.Empty, 0) : (lost.WrittenMemory, _lostAttempted);
    }

    /// <summary>
    /// Queues bytes; they are copied. None means accepted: the receipt (if any) will be told exactly once. Any other
    /// answer means nothing was queued and the receipt will hear nothing.
    /// </summary>
    public TransportReason TrySend(ReadOnlySpan<byte> bytes, ISendReceipt? receipt = null)
    {
        bool mustFlush;
        lock (_sendGate)
        {
            if (_end != TransportReason.None || _isLastSent) return TransportReason.Closed;
            if (_unsent + bytes.Length > _limits.UnsentBytesMax)
            {
                _hub.Metrics.SendRefused(Label);
                return TransportReason.SendQueueFull;
            }
            mustFlush = Queue(bytes, receipt);
        }
        if (mustFlush) SendBatch.FlushOrDefer(this);
        return TransportReason.None;
    }

    // Under the gate, so that a trace shows messages in the order in which they leave. True: nobody was writing, the caller is to.
    private bool Queue(ReadOnlySpan<byte> bytes, ISendReceipt? receipt)
    {
        _pending.Append(bytes, receipt);
        // The flush takes away without the lock, so both sides of the count are interlocked.
        Interlocked.Add(ref _unsent, bytes.Length);
        _hub.Tap?.OnMessage(this, isReceived: false, bytes);
        bool mustFlush = !_isClaimed;
        _isClaimed = true;
        return mustFlush;
    }

    /// <summary>
    /// Queues the last bytes, whatever is queued already: sends are refused from now on, and what the peer still sends is received until <see cref="Close"/>.
    /// </summary>
    public void SendLast(ReadOnlySpan<byte> bytes)
    {
        bool mustFlush;
        lock (_sendGate)
        {
            if (_end != TransportReason.None || _isLastSent) return;
            _isLastSent = true;
            mustFlush = Queue(bytes, null);
        }
        if (mustFlush) SendBatch.FlushOrDefer(this);
    }

    /// <summary>Ends the connection in order: what is queued is written, then TLS and TCP are closed. Later calls change nothing.</summary>
    public void Close(TransportReason reason = TransportReason.ClosedByUs, string detail = "")
    {
        bool mustFlush;
        lock (_sendGate)
        {
            if (_end != TransportReason.None) return;
            (_endDetail, _end) = (detail, reason);
            Volatile.Write(ref _closingSince, _hub.Time.GetTimestamp());
            mustFlush = !_isClaimed;
            _isClaimed = true;
        }
        if (mustFlush) SendBatch.FlushOrDefer(this);
    }

    /// <summary>Ends the connection now: what is queued is lost, and its receipts hear the reason.</summary>
    public void Abort(TransportReason reason = TransportReason.ClosedByUs, string detail = "")
    {
        lock (_sendGate)
        {
            if (_end == TransportReason.None) (_endDetail, _end) = (detail, reason);
            Volatile.Write(ref _closingSince, _hub.Time.GetTimestamp());
        }
        Disconnect();
    }

    /// <summary>Writes until the queue is empty. The caller holds the claim.</summary>
    internal void Flush()
    {
        for (var rounds = 0; ; rounds++)
        {
            if (_writing.IsEmpty && !TryTake()) return;
            if (rounds == RoundsInlineMax)
            {
                // Others keep filling the queue; this thread has a connection of its own to read.
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
            if (!TryWrite()) return;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        using var batch = SendBatch.Begin();
        Flush();
    }

    // False: nothing to write, and the claim is given back (or the end was carried out).
    private bool TryTake()
    {
        lock (_sendGate)
        {
            if (!_pending.IsEmpty)
            {
                (_writing, _pending) = (_pending, _writing);
                _written = 0;
                _attempted = 0;
                return true;
            }
            if (_end == TransportReason.None || _isFinished)
            {
                ReleaseClaim();
                return false;
            }
            // The end was decided and everything is out: the claim is kept for good, and TLS and TCP are shut.
            _isFinished = true;
        }
        _ = FinishAsync();
        return false;
    }

    // True: all of the taken bytes are settled. False: the rest continues when the kernel has room.
    private bool TryWrite()
    {
        while (_written < _writing.Length)
        {
            if (Volatile.Read(ref _isGone) != 0)
            {
                Settle(_end);
                return true;
            }
            _writingNow = Math.Min(WriteBytesMax, _writing.Length - _written);
            try
            {
                var bytes = _writing.Slice(_written, _writingNow);
                _hub.Tap?.OnBytes(this, isReceived: false, bytes.Span);
                _attempted = _written + _writingNow;
                var write = _stream.WriteAsync(bytes).ConfigureAwait(false).GetAwaiter();
                if (!write.IsCompleted)
                {
                    _write = write;
                    Volatile.Write(ref _writingSince, Math.Max(1, _hub.Time.GetTimestamp()));
                    write.UnsafeOnCompleted(_continueFlush);
                    return false;
                }
                write.GetResult();
                _written += _writingNow;
            }
            catch (Exception broken) when (IsNetwork(broken))
            {
                FailWrite(broken);
                return true;
            }
        }
        Settle(TransportReason.None);
        return true;
    }

    private void ContinueFlush()
    {
        using var batch = SendBatch.Begin();
        Volatile.Write(ref _writingSince, 0);
        try
        {
            _write.GetResult();
            _written += _writingNow;
        }
        catch (Exception broken) when (IsNetwork(broken))
        {
            FailWrite(broken);
        }
        if (_writing.IsEmpty || TryWrite()) Flush();
    }

    private void Settle(TransportReason outcome)
    {
        var length = _writing.Length;
        if (outcome == TransportReason.None) Volatile.Write(ref _bytesOut, _bytesOut + length);
        else if (KeepsUnsent) Keep(length);
        Interlocked.Add(ref _unsent, -length);
        _writing.Complete(outcome, this);
    }

    // Only the first buffer can have been attempted: the ones behind it were taken when all was over.
    private void Keep(int length)
    {
        if (_lost is null) (_lost, _lostAttempted) = (new ArrayBufferWriter<byte>(Math.Max(1, length)), _attempted);
        _lost.Write(_writing.Slice(0, length).Span);
    }

    private void FailWrite(Exception broken)
    {
        Abort(TransportReason.ConnectionLost, broken.Message);
        Settle(_end);
    }

    // Nothing is queued any more and nothing will be: say goodbye in TLS, then half-close, so that the peer reads all of it.
    // The read loop goes on discarding until the peer closes too or the linger time is over.
    private async Task FinishAsync()
    {
        try
        {
            if (Volatile.Read(ref _isGone) == 0)
            {
                if (_stream is SslStream tls) await tls.ShutdownAsync();
                _socket?.Shutdown(SocketShutdown.Send);
                if (_socket is null) Disconnect();
            }
        }
        catch (Exception broken) when (IsNetwork(broken))
        {
            Disconnect();
        }
        lock (_sendGate)
        {
            ReleaseClaim();
        }
    }

    private void ReleaseClaim()
    {
        _isClaimed = false;
        var idle = _idle;
        _idle = null;
        idle?.TrySetResult();
    }

    /// <summary>Completes when no write is outstanding; used around STARTTLS and at the very end.</summary>
    private Task WhenIdleAsync()
    {
        lock (_sendGate)
        {
            if (!_isClaimed) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Waits for the last write and takes the claim, so that nothing is written until <see cref="Resume"/>.</summary>
    private async Task PauseAsync()
    {
        for (; ; )
        {
            lock (_sendGate)
            {
                if (!_isClaimed)
                {
                    _isClaimed = true;
                    return;
                }
            }
            await WhenIdleAsync();
        }
    }

    private void Resume()
    {
        using var batch = SendBatch.Begin();
        Flush();
    }

    internal static bool IsNetwork(Exception exception) => exception
        is IOException or SocketException or ObjectDisposedException or OperationCanceledException
        or InvalidOperationException or System.Security.Authentication.AuthenticationException or System.ComponentModel.Win32Exception;
}
