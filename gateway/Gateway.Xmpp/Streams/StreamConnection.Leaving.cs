using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// A stream on which we presented a certificate that is no longer ours (RFC 6120 §4.9.3.16): it goes on until it is quiet, so that nothing on it is lost, and is then closed with <c>reset</c>. The
/// next stanza of its pairs opens a new one.
/// </summary>
internal abstract partial class StreamConnection
{
    private const int LeavingQuietSeconds = 5;
    private const int LeavingSecondsMax = 300;

    private Leaving? _leaving;

    private sealed record Leaving(long Since, long QuietSince, long Moved);

    /// <summary>Our certificate on it was replaced: it takes no new pair of domains, and ends when it is quiet.</summary>
    public bool IsLeaving => _leaving is not null;

    /// <summary>Something of ours on it still waits for the peer's word, or the peer for ours.</summary>
    protected virtual bool HasUnfinished => false;

    /// <summary>The last word before the end: how much of what the peer sent is handled.</summary>
    protected virtual void SayLast()
    {
    }

    /// <summary>Called about once a second once the certificate we presented is no longer ours: ends the stream in the first pause, or when it has had its time.</summary>
    public void Leave(long now)
    {
        var moved = _transport!.BytesIn + _transport.BytesOut;
        if (_leaving is not { } leaving) _leaving = new Leaving(now, now, moved);
        else if (moved != leaving.Moved) _leaving = leaving with { QuietSince = now, Moved = moved };
        if (_leaving is not { } since) return;
        bool isQuiet = !HasUnfinished && context.Time.GetElapsedTime(since.QuietSince, now).TotalSeconds >= LeavingQuietSeconds;
        if (!isQuiet && context.Time.GetElapsedTime(since.Since, now).TotalSeconds < LeavingSecondsMax) return;
        SayLast();
        End(XmppReason.CertificateReplaced);
    }
}
