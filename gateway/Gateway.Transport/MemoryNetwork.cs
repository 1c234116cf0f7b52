using System.Net;
using System.Threading.Channels;
using Certificates;

namespace Gateway.Transport;

/// <summary>
/// The in-memory twin of listener and dialer: two connections joined without sockets or TLS, with whatever evidence the
/// test says the peers have shown. Everything above the socket is the same code.
/// </summary>
public sealed class MemoryNetwork(TransportHub hub)
{
    private int _lastPort = 40_000;

    /// <summary>Joins two owners. The first plays the dialler, the second the listener.</summary>
    /// <param name="dialler">Owner of the dialling end.</param>
    /// <param name="listener">Owner of the accepting end.</param>
    /// <param name="seenByDialler">What the dialling end is told about its peer; plain when null.</param>
    /// <param name="seenByListener">What the accepting end is told about its peer; plain when null.</param>
    public (TransportConnection Dialled, TransportConnection Accepted) Join(
        IConnectionHandler dialler, IConnectionHandler listener, PeerEvidence? seenByDialler = null, PeerEvidence? seenByListener = null)
    {
        var here = new IPEndPoint(IPAddress.Loopback, Interlocked.Increment(ref _lastPort));
        var there = new IPEndPoint(IPAddress.Loopback, 1);
        var (left, right) = MemoryStreams.Pair();
        var dialled = new TransportConnection(hub, left, null, new ConnectionOrigin(false, "memory", "memory", here, there, null));
        var accepted = new TransportConnection(hub, right, null, new ConnectionOrigin(true, "memory", "", there, here, null));
        if (seenByDialler is not null) dialled.Secured(left, seenByDialler, 1, "");
        if (seenByListener is not null) accepted.Secured(right, seenByListener, 1, "");
        _ = hub.TryEnter(null);
        _ = hub.TryEnter(here.Address);
        hub.Add(dialled);
        hub.Add(accepted);
        _ = accepted.RunAsync(listener);
        _ = dialled.RunAsync(dialler);
        return (dialled, accepted);
    }

    private sealed class MemoryStreams : Stream
    {
        private readonly Channel<byte[]> _incoming;
        private readonly Channel<byte[]> _outgoing;
        private ReadOnlyMemory<byte> _rest;

        private MemoryStreams(Channel<byte[]> incoming, Channel<byte[]> outgoing) => (_incoming, _outgoing) = (incoming, outgoing);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        internal static (Stream Left, Stream Right) Pair()
        {
            var (toRight, toLeft) = (NewChannel(), NewChannel());
            return (new MemoryStreams(toLeft, toRight), new MemoryStreams(toRight, toLeft));
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_rest.IsEmpty)
            {
                if (!await _incoming.Reader.WaitToReadAsync(cancellationToken)) return 0;
                if (_incoming.Reader.TryRead(out var next)) _rest = next;
            }
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var copy = buffer.ToArray();
            if (_outgoing.Writer.TryWrite(copy)) return ValueTask.CompletedTask;
            return WriteSlowlyAsync(copy, cancellationToken);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            // The other end reads what is under way and then the end; our own outstanding read ends now.
            _outgoing.Writer.TryComplete();
            _incoming.Writer.TryComplete();
            base.Dispose(disposing);
        }

        private static Channel<byte[]> NewChannel() => Channel.CreateBounded<byte[]>(new BoundedChannelOptions(64) { SingleReader = true, SingleWriter = true });

        private async ValueTask WriteSlowlyAsync(byte[] copy, CancellationToken cancellationToken)
        {
            try
            {
                await _outgoing.Writer.WriteAsync(copy, cancellationToken);
            }
            catch (ChannelClosedException closed)
            {
                throw new IOException("The other end is gone.", closed);
            }
        }
    }
}
