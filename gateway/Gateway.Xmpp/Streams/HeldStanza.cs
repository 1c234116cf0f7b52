using Gateway.Transport;
using Gateway.Xmpp.Links;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Streams;

/// <summary>One stanza on its way over one stream that keeps it until the peer acknowledges it (XEP-0198). Its receipt is told once, from whichever thread knows first.</summary>
internal sealed class HeldStanza(in StanzaTerms terms, long sentAt) : ISendReceipt
{
    private readonly StanzaTerms _terms = terms;
    private int _fate;
    private int _isTold = terms.IsTold ? 1 : 0;

    private enum Fate
    {
        Sent,
        Written,
        Broken,
        Released,
    }

    /// <summary>When it was sent.</summary>
    public long SentAt => sentAt;

    /// <summary>The kernel has taken it.</summary>
    public bool IsWritten => Volatile.Read(ref _fate) == (int)Fate.Written;

    /// <summary>Somebody still waits for the word that it went.</summary>
    public bool IsOwed => _terms.Receipt is not null && Volatile.Read(ref _isTold) == 0;

    /// <summary>What is owed should another stream have to send it again.</summary>
    public StanzaTerms Terms => _terms with { IsSent = true, IsTold = Volatile.Read(ref _isTold) != 0 };

    public void OnWritten(TransportReason outcome)
    {
        bool isGood = outcome == TransportReason.None;
        if (Interlocked.CompareExchange(ref _fate, (int)(isGood ? Fate.Written : Fate.Broken), (int)Fate.Sent) == (int)Fate.Released) Settle(isGood);
    }

    /// <summary>It went.</summary>
    public void Tell()
    {
        if (_terms.Receipt is { } receipt && Interlocked.Exchange(ref _isTold, 1) == 0) receipt.Written();
    }

    /// <summary>Nobody will say any more that he has it: it went if it was written, or is.</summary>
    public void Release()
    {
        var fate = (Fate)Interlocked.Exchange(ref _fate, (int)Fate.Released);
        if (fate != Fate.Sent) Settle(fate == Fate.Written);
    }

    private void Settle(bool isWritten)
    {
        if (isWritten) Tell();
        else if (IsOwed) Terms.GiveUp(XmppReason.ConnectionLost, "The stream broke while the stanza was on its way.");
    }
}
