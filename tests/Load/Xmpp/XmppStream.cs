using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Load.Wire;

namespace Load.Xmpp;

/// <summary>One stream, either way round: reading, TLS in the middle of it, and a queue for what is written. A brief one has small buffers.</summary>
internal sealed class XmppStream(NetworkStream tcp, bool isBrief = false)
{
    private const int Small = 4_096;
    private readonly StreamCutter cutter = new(isBrief ? Small : 1 << 17);
    private Stream stream = tcp;

    public WriteQueue Queue { get; private set; } = new(tcp, Small);

    public bool IsSecure { get; private set; }

    public bool IsAuthenticated { get; set; }

    /// <summary>Stanzas taken since the subject asked for a count; null before (XEP-0198).</summary>
    public uint? Counted { get; set; }

    /// <summary>Reads until the end. <paramref name="take"/> gets each part and says what happens next.</summary>
    public async Task ReadAsync(Func<StreamPart, ReadOnlySpan<byte>, StreamStep> take, Action batchEnded, string tlsHost = "", X509Certificate2? certificate = null)
    {
        try
        {
            while (true)
            {
                var count = await stream.ReadAsync(cutter.Room());
                if (count == 0) return;
                cutter.Added(count);
                switch (TakeAll(take))
                {
                    case StreamStep.Close:
                        return;
                    case StreamStep.BecomeClient:
                        Secured(await Tls.AsClientAsync(stream, tlsHost, certificate!));
                        take(StreamPart.NeedMore, default);
                        break;
                    case StreamStep.BecomeServer:
                        Secured(await Tls.AsServerAsync(stream, certificate!));
                        break;
                }

                Queue.Flush();
                batchEnded();
            }
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    /// <summary>Nothing of what comes now belongs to the stream before it.</summary>
    public void Restart() => cutter.Reset();

    /// <summary>Whether we ended it.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Ends it politely; the subject's answer ends the reading.</summary>
    public void Close()
    {
        IsClosed = true;
        if (Queue.Fault is null) Queue.Send("</stream:stream>");
    }

    private StreamStep TakeAll(Func<StreamPart, ReadOnlySpan<byte>, StreamStep> take)
    {
        while (true)
        {
            var part = cutter.Next(out var bytes);
            if (part == StreamPart.NeedMore) return StreamStep.Continue;
            var step = take(part, bytes);
            if (step != StreamStep.Continue) return step;
        }
    }

    private void Secured(Stream tls)
    {
        (stream, Queue, IsSecure) = (tls, new WriteQueue(tls, isBrief ? Small : 1 << 16), true);
        cutter.Reset();
    }
}

/// <summary>What a stream does after a part.</summary>
internal enum StreamStep
{
    Continue,
    BecomeClient,
    BecomeServer,
    Close,
}
