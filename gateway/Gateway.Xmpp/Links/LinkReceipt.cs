using Gateway.Transport;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Links;

/// <summary>
/// What became of one stanza of ours: it went, or it was given up for one reason. It went when the peer says that it has it (XEP-0198), or where it says nothing, when the kernel took it for an
/// authenticated stream. Told exactly once, without any gate held.
/// </summary>
internal abstract class LinkReceipt : ISendReceipt
{
    public void OnWritten(TransportReason outcome)
    {
        if (outcome == TransportReason.None) Written();
        else GivenUp(XmppReason.ConnectionLost, "The stream broke while the stanza was on its way.");
    }

    /// <summary>It went.</summary>
    public abstract void Written();

    /// <summary>It will never be.</summary>
    public abstract void GivenUp(XmppReason reason, string text);

    /// <summary>It was told to have gone, and the peer never said that it has it (XEP-0198).</summary>
    public virtual void Lost(XmppReason reason, string text)
    {
    }
}
