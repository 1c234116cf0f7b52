using LyncEdge.Wire;

namespace LyncEdge.Links;

/// <summary>Who owns links: the edge, in whose mailbox every call but <see cref="Post"/> runs.</summary>
public interface ILinkOwner
{
    void Post(Action action);

    void OnOpen(Link link, string protocol, string subject);

    void OnMessage(Link link, SipMessage message);

    void OnKeepAlive(Link link);

    void OnUnreadable(Link link, string fault);

    void OnListenerClosed(string reason);

    void OnEnd(Link link, bool wasOpen, string reason, string? refusal);
}
