using Gateway.Federation.Peers;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Links;

/// <summary>
/// What a link remembers of its failures (PS-127): until the rest is over nobody is asked again, and who wants to send hears the reason at once. A configured peer rests one second, doubled with
/// each failure up to <see cref="XmppOptions.RetrySecondsMax"/>; a discovered domain rests <see cref="XmppOptions.FailedHostSeconds"/>, for a stranger chose its name.
/// </summary>
internal sealed class LinkRest(XmppOptions options, TimeProvider time)
{
    private const int SteadySeconds = 60;

    private int _failures;
    private long _failedAt;
    private int _breaks;
    private long _brokeAt;

    public XmppReason Reason { get; private set; }

    public string Text { get; private set; } = "";

    /// <summary>One more effort came to nothing.</summary>
    public void Fail(XmppReason reason, string text)
    {
        _failures++;
        (_failedAt, Reason, Text) = (time.GetTimestamp(), reason, text);
    }

    /// <summary>The far side lives, or the operator says so: the next stanza tries again.</summary>
    public void Clear() => (_failures, Reason, Text) = (0, XmppReason.None, "");

    /// <summary>Seconds until the next effort; 0 when one may be made now.</summary>
    public int SecondsLeft(PeerModel peer, long now)
    {
        if (_failures == 0) return 0;
        // That we had no room says nothing of the domain.
        bool isStranger = PeerTable.IsDiscovered(peer) && Reason != XmppReason.ResourceConstraint;
        double pause = isStranger ? options.FailedHostSeconds : Math.Min(options.RetrySecondsMax, 1 << Math.Min(_failures - 1, 20));
        double left = pause - time.GetElapsedTime(_failedAt, now).TotalSeconds;
        return left <= 0 ? 0 : (int)Math.Ceiling(left);
    }

    /// <summary>A stream broke after it had stood for so long.</summary>
    public void Break(double stoodSeconds) => (_breaks, _brokeAt) = (stoodSeconds < SteadySeconds ? _breaks + 1 : 0, time.GetTimestamp());

    /// <summary>Seconds until a stream is opened for nothing but presence that is to be said again: where one after the other breaks at once, that may be what breaks them.</summary>
    public int RenewalSecondsLeft(long now)
    {
        if (_breaks < 2) return 0;
        double pause = Math.Min(options.RetrySecondsMax, 1 << Math.Min(_breaks - 1, 20));
        return (int)Math.Ceiling(Math.Max(0, pause - time.GetElapsedTime(_brokeAt, now).TotalSeconds));
    }

    /// <summary>True while an earlier failure still counts for the length of the next rest.</summary>
    public bool IsRemembered(PeerModel peer, long now) =>
        _failures > 0 && time.GetElapsedTime(_failedAt, now).TotalSeconds < (2 * options.RetrySecondsMax) + SecondsLeft(peer, _failedAt);
}
