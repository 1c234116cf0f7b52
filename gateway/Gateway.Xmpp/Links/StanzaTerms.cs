using Gateway.Transport;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Links;

/// <summary>What is owed to the sender of one stanza of ours, on whichever stream it goes.</summary>
/// <param name="Receipt">Who wants to know what became of it, or null.</param>
/// <param name="SecondsMax">How long it may wait for a stream, where it is not the peer's record that says so.</param>
/// <param name="IsSent">A stream that was lost had sent it, and nobody knows whether it arrived: it must not go another way too.</param>
/// <param name="IsTold">The receipt was told that it went.</param>
internal readonly record struct StanzaTerms(LinkReceipt? Receipt, int? SecondsMax = null, bool IsSent = false, bool IsTold = false)
{
    /// <summary>Who hears what the transport did with it, on a stream that does not hold it.</summary>
    public ISendReceipt? SendReceipt => IsTold && Receipt is not null ? new ToldReceipt(Receipt) : Receipt;

    /// <summary>It will not be sent, or not again.</summary>
    public void GiveUp(XmppReason reason, string text)
    {
        if (IsTold) Receipt?.Lost(reason, text);
        else Receipt?.GivenUp(IsSent && XmppFailures.FailureOf(reason).IsUnsent ? XmppReason.ConnectionLost : reason, text);
    }

    private sealed class ToldReceipt(LinkReceipt receipt) : ISendReceipt
    {
        public void OnWritten(TransportReason outcome)
        {
            if (outcome != TransportReason.None) receipt.Lost(XmppReason.ConnectionLost, "The stream broke while the stanza was on its way again.");
        }
    }
}
