using Gateway.Transport;
using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Links;

/// <summary>What became of one stanza of ours: written to an authenticated stream, or given up for one reason. Told exactly once, without any gate held.</summary>
internal abstract class LinkReceipt : ISendReceipt
{
    public void OnWritten(TransportReason outcome)
    {
        if (outcome == TransportReason.None) Written();
        else GivenUp(XmppReason.ConnectionLost, "The stream broke while the stanza was on its way.");
    }

    /// <summary>It was written.</summary>
    public abstract void Written();

    /// <summary>It will never be.</summary>
    public abstract void GivenUp(XmppReason reason, string text);

    /// <summary>It was told as written, held for resumption (XEP-0198), and never handled.</summary>
    public virtual void Lost(XmppReason reason, string text)
    {
    }
}
