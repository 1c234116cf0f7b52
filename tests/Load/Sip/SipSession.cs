using Load.Wire;

namespace Load.Sip;

/// <summary>One conversation that we opened with INVITE, as OCS and Lync hold them; MESSAGEs follow inside the dialog.</summary>
internal sealed class SipSession(int pair, string from, string to)
{
    private Template? message;
    private int sequence = 1;

    public int Pair { get; } = pair;

    public string From { get; } = from;

    public string To { get; } = to;

    public bool IsOpen => message is not null;

    public void Opened(Template inDialog) => message = inDialog;

    public void Send(WriteQueue queue, long mark) => message?.WriteTo(queue, mark, Interlocked.Increment(ref sequence));
}
