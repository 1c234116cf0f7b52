using Load.Wire;

namespace Load.Sip;

/// <summary>A subscription of one of our users that we keep, to refresh it in its dialog.</summary>
internal sealed class SipSubscription(string watcher)
{
    private volatile Template? refresh;
    private int sequence = 1;

    public string Watcher { get; } = watcher;

    public void Opened(Template inDialog) => refresh = inDialog;

    public void Refresh(WriteQueue queue, long mark) => refresh?.WriteTo(queue, mark, Interlocked.Increment(ref sequence));
}
